// powershell.exe: hosts PowerShell without a console, which Wine 8 has not enough of for pwsh.exe.
//
// powershell.exe [-NoProfile] [-NonInteractive] [-NoLogo] -Command TEXT | -EncodedCommand BASE64 (of UTF-16)
// Output goes to standard output, errors to standard error. The exit code is that of `exit`; without one it is 1 when
// there were errors, else 0.
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Security;
using System.Text;
using System.Threading;

namespace Winlab
{
    internal sealed class Streams : PSHostUserInterface
    {
        private readonly TextWriter output = Writer(Console.OpenStandardOutput());
        private readonly TextWriter errors = Writer(Console.OpenStandardError());

        public override PSHostRawUserInterface RawUI => null;

        public override void Write(string value) => output.Write(value);

        public override void Write(ConsoleColor foreground, ConsoleColor background, string value) => output.Write(value);

        public override void WriteLine(string value) => output.WriteLine(value);

        public override void WriteErrorLine(string value) => errors.WriteLine(value);

        public override void WriteDebugLine(string message) => output.WriteLine("DEBUG: " + message);

        public override void WriteVerboseLine(string message) => output.WriteLine("VERBOSE: " + message);

        public override void WriteWarningLine(string message) => output.WriteLine("WARNING: " + message);

        public override void WriteProgress(long sourceId, ProgressRecord record)
        {
        }

        public override string ReadLine() => Console.In.ReadLine();

        public override SecureString ReadLineAsSecureString() => throw NobodyToAsk();

        public override Dictionary<string, PSObject> Prompt(
            string caption, string message, Collection<FieldDescription> descriptions) => throw NobodyToAsk();

        public override int PromptForChoice(
            string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => defaultChoice;

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName) => throw NobodyToAsk();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName,
            PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw NobodyToAsk();

        private static TextWriter Writer(Stream stream) =>
            new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true };

        private static Exception NobodyToAsk() => new NotSupportedException("There is nobody to ask.");
    }

    internal sealed class StreamHost : PSHost
    {
        private readonly Guid identity = Guid.NewGuid();
        private readonly Streams streams = new Streams();

        public int? ExitCode { get; private set; }

        // Scripts look for this name.
        public override string Name => "ConsoleHost";

        public override Version Version => new Version(7, 0);

        public override Guid InstanceId => identity;

        public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

        public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

        public override PSHostUserInterface UI => streams;

        public override void EnterNestedPrompt() => throw new NotSupportedException();

        public override void ExitNestedPrompt() => throw new NotSupportedException();

        public override void NotifyBeginApplication()
        {
        }

        public override void NotifyEndApplication()
        {
        }

        public override void SetShouldExit(int exitCode) => ExitCode = exitCode;
    }

    internal static class Program
    {
        private const int StackBytes = 64 * 1024 * 1024;
        private const int WrongCommandLine = 64;

        private static int Main(string[] arguments)
        {
            string script = Script(arguments);
            if (script == null)
            {
                Console.Error.WriteLine("Expected -Command TEXT or -EncodedCommand BASE64, found neither.");
                return WrongCommandLine;
            }
            int exitCode = 1;
            // The main thread's stack under Wine is too small for a library of this size.
            var thread = new Thread(() => exitCode = Run(script), StackBytes);
            thread.Start();
            thread.Join();
            return exitCode;
        }

        private static string Script(string[] arguments)
        {
            for (int position = 0; position + 1 < arguments.Length; position++)
            {
                switch (arguments[position].ToLowerInvariant())
                {
                    case "-command":
                        return string.Join(" ", arguments, position + 1, arguments.Length - position - 1);
                    case "-encodedcommand":
                        return Encoding.Unicode.GetString(Convert.FromBase64String(arguments[position + 1]));
                }
            }
            return null;
        }

        private static int Run(string script)
        {
            var host = new StreamHost();
            InitialSessionState state = InitialSessionState.CreateDefault2();
            state.ThreadOptions = PSThreadOptions.UseCurrentThread;
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
            using (Runspace runspace = RunspaceFactory.CreateRunspace(host, state))
            using (PowerShell shell = PowerShell.Create())
            {
                runspace.Open();
                Runspace.DefaultRunspace = runspace;
                shell.Runspace = runspace;
                shell.AddScript(script).AddCommand("Out-Default");
                shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
                return Invoke(shell, host);
            }
        }

        private static int Invoke(PowerShell shell, StreamHost host)
        {
            bool failed;
            try
            {
                shell.Invoke();
                failed = shell.HadErrors;
            }
            catch (RuntimeException error)
            {
                host.UI.WriteErrorLine(error.ErrorRecord + "\n" + error.ErrorRecord.ScriptStackTrace);
                failed = true;
            }
            return host.ExitCode ?? (failed ? 1 : 0);
        }
    }
}
