/* SPDX-License-Identifier: MIT */
#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lesionbench/atomic_file.h"
#include "pdf_date.h"

extern char **environ;

void
gnuplot_quote(FILE *script, const char *text)
{
    fputc('\'', script);
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputc('\'', script);
        }
        fputc(*text == '\n' || *text == '\r' ? ' ' : *text, script);
    }
    fputc('\'', script);
}

void
gnuplot_place(FILE *script, double left, double right, double bottom, double top)
{
    fprintf(script,
            "set lmargin at screen %g\nset rmargin at screen %g\n"
            "set bmargin at screen %g\nset tmargin at screen %g\n",
            left, right, bottom, top);
}

size_t
gnuplot_key_height(size_t *columns, size_t entries, size_t longest, size_t width)
{
    /* A letter is at most 0.7 of its height wide on average; sample and gaps are as 8 letters. */
    double entry = 0.7 * FIGURE_FONT * (double)(longest + 8);
    size_t fit = (size_t)(0.98 * (double)width / entry);
    *columns = fit > 0 ? fit : 1;
    return (entries + *columns - 1) / *columns * 26 + 18;
}

void
gnuplot_key_strip(FILE *script, double height, size_t columns)
{
    gnuplot_place(script, 0.01, 0.99, 0, height);
    fprintf(script,
            "set key center center horizontal maxcols %zu Left reverse samplen 2.5 width 1\n"
            "set title ''\nset xlabel ''\nset ylabel ''\nunset border\nunset tics\n"
            "set y2label ''\nunset y2tics\n"
            "unset grid\nset xrange [0:1]\nset yrange [0:1]\n",
            columns);
}

/* Starts gnuplot with these three descriptors and waits for it. *exit_code is its own, 127 where it
 * is not installed. */
static lb_status
run(int *exit_code, int input, int output, int messages, lb_error *err)
{
    char name[] = "gnuplot", defaults[] = "--default-settings";
    char *const arguments[] = {name, defaults, NULL};
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0) {
        errno = failed;
        return lb_fail_errno(err, "cannot start gnuplot");
    }
    pid_t child = 0;
    failed = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    failed =
        failed != 0 ? failed : posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    failed =
        failed != 0 ? failed : posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
    failed = failed != 0 ? failed : posix_spawnp(&child, name, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed == ENOENT) {
        *exit_code = 127;
        return LB_OK;
    }
    if (failed != 0) {
        errno = failed;
        return lb_fail_errno(err, "cannot start gnuplot");
    }
    int state = 0;
    while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR) {
            return lb_fail_errno(err, "cannot wait for gnuplot");
        }
    }
    *exit_code = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
    return LB_OK;
}

/* The line of gnuplot's messages that says what is wrong: the first that names a line. */
static void
read_reason(char *out, size_t size, FILE *messages)
{
    char line[256];
    snprintf(out, size, "no message");
    if (fseeko(messages, 0, SEEK_SET) != 0) {
        return;
    }
    while (fgets(line, sizeof line, messages) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strstr(line, "line ") != NULL || strstr(line, "rror") != NULL) {
            snprintf(out, size, "%s", line);
            return;
        }
    }
}

/* gnuplot does not notice a full disk: the figure's last bytes must be the end of its format. */
static lb_status
check_end(const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    char tail[17] = "";
    FILE *file = NULL;
    char *partial = lb_partial_path(path, err);
    if (partial == NULL) {
        LB_TRY(err->code);
    }
    file = fopen(partial, "rb");
    bool ended = false;
    if (file != NULL && fseek(file, -16, SEEK_END) == 0 && fread(tail, 1, 16, file) == 16) {
        ended = memcmp(tail + 8, "IEND", 4) == 0 || strstr(tail, "</svg>") != NULL ||
                strstr(tail, "%%EOF") != NULL;
    }
    if (!ended) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: gnuplot's output is incomplete (is the disk full?)",
                       path));
    }
cleanup:
    if (file != NULL) {
        fclose(file);
    }
    lb_free(partial);
    return status;
}

static lb_status
draw(const char *path, const char *terminal, const char *script, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    FILE *input = tmpfile(), *messages = tmpfile(), *dated = tmpfile();
    int code = 0;
    char reason[300];
    bool pdf = strncmp(terminal, "pdf", 3) == 0;
    if (input == NULL || messages == NULL || dated == NULL) {
        LB_TRY(lb_fail_errno(err, "%s: cannot make a temporary file", path));
    }
    fprintf(input, "set terminal %s\n%s", terminal, script);
    if (fflush(input) != 0 || ferror(input) || fseeko(input, 0, SEEK_SET) != 0) {
        LB_TRY(lb_fail_errno(err, "%s: cannot write a temporary file", path));
    }
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    LB_TRY(run(&code, fileno(input), fileno(pdf ? dated : stream), fileno(messages), err));
    if (code == 127) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: gnuplot is not installed (on Debian: apt-get install gnuplot-nox)",
                       path));
    }
    if (code != 0) {
        read_reason(reason, sizeof reason, messages);
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: gnuplot failed (%s)", path, reason));
    }
    if (pdf) {
        LB_TRY(pdf_copy_undated(stream, dated, err));
        fflush(stream); /* the commit sees its errors */
    }
    LB_TRY(check_end(path, err));
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    if (dated != NULL) {
        fclose(dated);
    }
    if (messages != NULL) {
        fclose(messages);
    }
    if (input != NULL) {
        fclose(input);
    }
    return status;
}

lb_status
plot_open(plot *out, lb_error *err)
{
    *out = (plot){NULL, NULL, 0};
    out->script = open_memstream(&out->text, &out->size);
    return out->script == NULL ? lb_fail_errno(err, "cannot start a figure") : LB_OK;
}

void
plot_close(plot *p)
{
    if (p->script != NULL) {
        fclose(p->script);
    }
    free(p->text);
    *p = (plot){NULL, NULL, 0};
}

/* Cairo's PDF is in centimetres, and its fonts in points. */
static void
name_terminal(char *out, size_t size, const char *ending, size_t width, size_t height)
{
    const double cm = 18.0 / FIGURE_PAGE, point = 2.54 / 72;
    if (strcmp(ending, "svg") == 0) {
        snprintf(out, size, "svg noenhanced size %zu,%zu font 'sans-serif,%d' background '#ffffff'",
                 width, height, (int)FIGURE_FONT);
    } else if (strcmp(ending, "pdf") == 0) {
        snprintf(out, size,
                 "pdfcairo noenhanced size %.3fcm,%.3fcm font 'sans,%.2f' fontscale 0.75 linewidth "
                 "%.2f pointscale %.2f background '#ffffff'",
                 cm * (double)width, cm * (double)height, cm * FIGURE_FONT / point, 0.6, 0.5);
    } else {
        snprintf(out, size,
                 "pngcairo noenhanced size %zu,%zu font 'sans,%.2f' fontscale 1 linewidth 2 "
                 "pointscale 2",
                 2 * width, 2 * height, 2 * 0.75 * FIGURE_FONT);
    }
}

lb_status
plot_draw(plot *p, const char *directory, const char *name, size_t width, size_t height,
          lb_error *err)
{
    static const char *const endings[] = {"svg", "pdf", "png"};
    lb_status status = LB_OK;
    char terminal[200];
    char *path = NULL;
    if (fflush(p->script) != 0 || ferror(p->script)) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "figures/%s: out of memory", name));
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        lb_free(path);
        path = lb_format(err, "%s/figures/%s.%s", directory, name, endings[i]);
        if (path == NULL) {
            LB_TRY(err->code);
        }
        name_terminal(terminal, sizeof terminal, endings[i], width, height);
        LB_TRY(draw(path, terminal, p->text, err));
    }
cleanup:
    lb_free(path);
    return status;
}
