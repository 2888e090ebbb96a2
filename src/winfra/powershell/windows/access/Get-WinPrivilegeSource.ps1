function Get-WinPrivilegeSource {
    <#
    .SYNOPSIS
        Returns the C# source of Winfra.TokenPrivilege, which enables a privilege in the token of this process.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    # AdjustTokenPrivileges succeeds also when the token lacks the privilege; the last error (1300) tells.
    return @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Winfra
{
    public static class TokenPrivilege
    {
        [StructLayout(LayoutKind.Sequential, Pack = 4)]
        private struct State { public uint Count; public long Id; public uint Attributes; }

        [DllImport("kernel32.dll")]
        private static extern IntPtr GetCurrentProcess();

        [DllImport("kernel32.dll")]
        private static extern bool CloseHandle(IntPtr handle);

        [DllImport("advapi32.dll", SetLastError = true)]
        private static extern bool OpenProcessToken(IntPtr process, uint access, out IntPtr token);

        [DllImport("advapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        private static extern bool LookupPrivilegeValueW(string system, string name, out long id);

        [DllImport("advapi32.dll", SetLastError = true)]
        private static extern bool AdjustTokenPrivileges(
            IntPtr token, bool disableAll, ref State state, uint length, IntPtr previous, IntPtr needed);

        public static void Enable(string name)
        {
            IntPtr token;
            State state = new State { Count = 1, Attributes = 2 };
            if (!LookupPrivilegeValueW(null, name, out state.Id)) { throw new Win32Exception(); }
            if (!OpenProcessToken(GetCurrentProcess(), 0x28, out token)) { throw new Win32Exception(); }
            try
            {
                AdjustTokenPrivileges(token, false, ref state, 0, IntPtr.Zero, IntPtr.Zero);
                int error = Marshal.GetLastWin32Error();
                if (error != 0) { throw new Win32Exception(error); }
            }
            finally
            {
                CloseHandle(token);
            }
        }
    }
}
'@
}
