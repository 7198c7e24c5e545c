/* SPDX-License-Identifier: MIT */
/* What a long command says: a bar with the time left on a terminal, a plain line now and then
 * elsewhere; and at its end one line of result on a terminal. */
#include "cli.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/platform.h"

enum { BAR_WIDTH = 24, USUAL_COLUMNS = 80, MIN_WHAT = 12 };
static const double BAR_SECONDS = 0.1, LINE_SECONDS = 20.0;

/* "1:15", "2:01:15" */
static void
print_clock(char *out, size_t size, double seconds)
{
    unsigned long whole = seconds < 3.6e9 ? (unsigned long)seconds : 3600000000UL;
    if (whole >= 3600) {
        snprintf(out, size, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        snprintf(out, size, "%lu:%02lu", whole / 60, whole % 60);
    }
}

/* ", 1:15 left" from what this phase has done since it began; "" where nothing is done yet. Never
 * 0:00, which would say that all is done. */
static void
print_left(char *out, size_t size, const cli_progress *progress, double share, double now)
{
    char clock[32];
    double done = share - progress->share_at_start;
    out[0] = '\0';
    if (done <= 0 || share >= 1) {
        return;
    }
    double left = (now - progress->start) * (1 - share) / done;
    print_clock(clock, sizeof clock, fmax(1, ceil(left)));
    snprintf(out, size, ", %s left", clock);
}

static size_t
terminal_columns(void)
{
    size_t columns = lb_platform_terminal_columns();
    return columns > 0 ? columns : USUAL_COLUMNS;
}

/* One line, however narrow the terminal is: a line that wraps cannot be drawn over. */
static void
print_bar(const cli_progress *progress, double share, const char *gone, const char *left)
{
    char bar[BAR_WIDTH + 4] = "", tail[160];
    size_t columns = terminal_columns(), filled = (size_t)(share * BAR_WIDTH);
    int length = snprintf(tail, sizeof tail, " %3.0f %% %s%s", floor(100 * share), gone, left);
    size_t columns_left = columns > (size_t)length + 1 ? columns - (size_t)length - 1 : 0;
    if (columns_left > BAR_WIDTH + 3 + MIN_WHAT) {
        snprintf(bar, sizeof bar, " [%*s]", BAR_WIDTH, "");
        memset(bar + 2, '.', BAR_WIDTH);
        memset(bar + 2, '#', filled);
        columns_left -= BAR_WIDTH + 3;
    }
    fprintf(stderr, "\r\033[K%.*s%s%s", (int)columns_left, progress->what, bar, tail);
    fflush(stderr);
}

void
cli_begin_progress(cli *self)
{
    cli_progress *progress = &self->progress;
    progress->terminal = lb_platform_is_terminal(LB_STANDARD_ERROR);
    progress->begun = progress->last_told = lb_seconds();
}

/* The time left is reckoned from the phase's first word on: what came before it, of this command or
 * of an earlier run, says nothing of its pace. */
static void
begin_phase(cli_progress *progress, const char *what, double share, double now)
{
    snprintf(progress->what, sizeof progress->what, "%s", what);
    progress->start = now;
    progress->share_at_start = share;
    if (progress->terminal) {
        progress->last_told = 0; /* shown at once */
    }
}

void
cli_show_progress(void *data, const char *what, size_t done, size_t total)
{
    cli *self = data;
    cli_progress *progress = &self->progress;
    char gone[32], left[64];
    double now = lb_seconds(), share = total > 0 ? (double)done / (double)total : 0;
    if (strncmp(progress->what, what, sizeof progress->what - 1) != 0) {
        begin_phase(progress, what, share, now);
    }
    if (self->quiet ||
        now - progress->last_told < (progress->terminal ? BAR_SECONDS : LINE_SECONDS)) {
        return;
    }
    progress->last_told = now;
    print_left(left, sizeof left, progress, share, now);
    print_clock(gone, sizeof gone, now - progress->begun);
    if (progress->terminal) {
        print_bar(progress, share, gone, left);
        progress->shown = true;
    } else {
        fprintf(stderr, "%s: %.0f %% after %s%s\n", what, floor(100 * share), gone, left);
    }
}

void
cli_clear_progress(cli *self)
{
    if (self->progress.shown) {
        fputs("\r\033[K", stderr);
        self->progress.shown = false;
    }
}

void
cli_result(cli *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->result, sizeof self->result, format, arguments);
    va_end(arguments);
}

void
cli_print_result(const cli *self)
{
    char took[32];
    if (self->result[0] == '\0' || self->quiet || !self->progress.terminal) {
        return;
    }
    double seconds = lb_seconds() - self->progress.begun;
    print_clock(took, sizeof took, seconds);
    fprintf(stderr, "%s%s%s\n", self->result, seconds >= 1 ? ", in " : "",
            seconds >= 1 ? took : "");
}
