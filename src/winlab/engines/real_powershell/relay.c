/* Stands for a program of a practice host, which is a Linux program: passes its command line, standard input, output,
   error output and exit code on to the practice host, byte for byte.

   WINLAB_MODEL holds port and key of the practice host, on 127.0.0.1. Every message there is a length (4 bytes, little
   endian) and that many bytes: first the key and "program", then the command line, then the password for memurai-cli,
   then standard input (an empty one is its end). Every answer is a kind (1 output, 2 error output, 3 exit code), a
   length and bytes. */
#include <winsock2.h>
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

enum { OUTPUT = 1, ERROR_OUTPUT = 2, EXIT_CODE = 3 };
enum { NO_HOST = 251, LOST_HOST = 252 };

static SOCKET host;

static int receive_all(char *buffer, int length)
{
    int got, done = 0;
    while (done < length) {
        got = recv(host, buffer + done, length - done, 0);
        if (got <= 0)
            return 0;
        done += got;
    }
    return 1;
}

static void send_all(const char *data, int length)
{
    int sent, done = 0;
    while (done < length) {
        sent = send(host, data + done, length - done, 0);
        if (sent <= 0)
            return;
        done += sent;
    }
}

static void send_message(const char *data, int length)
{
    char head[4] = { (char)length, (char)(length >> 8), (char)(length >> 16), (char)(length >> 24) };
    send_all(head, 4);
    send_all(data, length);
}

static void send_text(const wchar_t *text)
{
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc(length);
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, length, NULL, NULL);
    send_message(bytes, length - 1);
    free(bytes);
}

static DWORD WINAPI pass_input(LPVOID unused)
{
    char block[65536];
    int length;
    while ((length = _read(0, block, sizeof block)) > 0)
        send_message(block, length);
    send_message("", 0);
    return 0;
}

static int connect_to_host(const wchar_t *place)
{
    WSADATA version;
    struct sockaddr_in address = { 0 };
    if (WSAStartup(MAKEWORD(2, 2), &version))
        return 0;
    host = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((u_short)_wtoi(place));
    return connect(host, (struct sockaddr *)&address, sizeof address) == 0;
}

/* The command line after this program's own name. */
static const wchar_t *arguments(void)
{
    const wchar_t *at = GetCommandLineW();
    wchar_t end = *at == L'"' ? L'"' : L' ';
    at += *at == L'"';
    while (*at && *at != end)
        at++;
    at += *at == L'"';
    while (*at == L' ')
        at++;
    return at;
}

static int pass_answers(void)
{
    unsigned char head[5];
    while (receive_all((char *)head, sizeof head)) {
        int length = head[1] | head[2] << 8 | head[3] << 16 | head[4] << 24;
        char *data = calloc(length + 1, 1);
        FILE *stream = head[0] == OUTPUT ? stdout : stderr;
        if (!receive_all(data, length))
            break;
        if (head[0] == EXIT_CODE)
            return atoi(data);
        fwrite(data, 1, length, stream);
        fflush(stream);
        free(data);
    }
    return LOST_HOST;
}

int wmain(void)
{
    const wchar_t *model = _wgetenv(L"WINLAB_MODEL");
    const wchar_t *password = _wgetenv(L"REDISCLI_AUTH");
    wchar_t opening[128];
    /* What a program writes at line ends is that program's own affair. */
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
    _setmode(_fileno(stderr), _O_BINARY);
    if (!model || !connect_to_host(model)) {
        fprintf(stderr, "relay: expected a practice host at WINLAB_MODEL, found none\n");
        return NO_HOST;
    }
    _snwprintf(opening, 127, L"%ls program", wcschr(model, L' ') + 1);
    opening[127] = 0;
    send_text(opening);
    send_text(arguments());
    send_text(password ? password : L"");
    CreateThread(NULL, 0, pass_input, NULL, 0, NULL);
    ExitProcess(pass_answers());
}

