/* SPDX-License-Identifier: MIT */
/* Runs a program whose standard error is a terminal of so many columns, and copies what it says
 * there to a file. The exit code is the program's; 98 where the system gives no terminal.
 *   terminal COLUMNS FILE PROGRAM ARGUMENTS... */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_TERMINAL = 98, FAILED = 99 };

/* The terminal's two ends. */
static int
open_terminal(int *inside, unsigned short columns)
{
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    int outside = posix_openpt(O_RDWR | O_NOCTTY);
    if (outside < 0 || grantpt(outside) != 0 || unlockpt(outside) != 0) {
        return -1;
    }
    const char *name = ptsname(outside);
    *inside = name != NULL ? open(name, O_RDWR | O_NOCTTY) : -1;
    return *inside >= 0 && ioctl(outside, TIOCSWINSZ, &size) == 0 ? outside : -1;
}

int
main(int argc, char **argv)
{
    char buffer[4096];
    int inside = -1, outside = -1, state = 0;
    FILE *file = argc > 3 ? fopen(argv[2], "wb") : NULL;
    if (file != NULL) {
        outside = open_terminal(&inside, (unsigned short)strtoul(argv[1], NULL, 10));
    }
    if (outside < 0) {
        perror("terminal");
        return file != NULL ? NO_TERMINAL : FAILED;
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(inside, STDERR_FILENO);
        close(inside);
        close(outside);
        execv(argv[3], argv + 3);
        _exit(FAILED);
    }
    close(inside);
    for (ssize_t n = 0; (n = read(outside, buffer, sizeof buffer)) > 0;) { /* to the child's end */
        fwrite(buffer, 1, (size_t)n, file);
    }
    close(outside);
    if (fclose(file) != 0 || waitpid(child, &state, 0) != child || !WIFEXITED(state)) {
        return FAILED;
    }
    return WEXITSTATUS(state);
}
