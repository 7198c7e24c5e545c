/* SPDX-License-Identifier: MIT */
/* A bar with the time left on a terminal; a plain line now and then elsewhere. */
#include "cli.h"

#include <string.h>

enum { BAR_WIDTH = 24 };
static const double BAR_SECONDS = 0.1, LINE_SECONDS = 20.0;

static void
print_left(FILE *stream, double seconds)
{
    long whole = (long)(seconds + 0.5);
    if (whole >= 3600) {
        fprintf(stream, "%ld:%02ld:%02ld left", whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        fprintf(stream, "%ld:%02ld left", whole / 60, whole % 60);
    }
}

static void
print_bar(const cli_progress *progress, size_t done, size_t total, double elapsed)
{
    char bar[BAR_WIDTH + 1];
    double share = total > 0 ? (double)done / (double)total : 0;
    size_t filled = (size_t)(share * BAR_WIDTH);
    for (size_t i = 0; i < BAR_WIDTH; i++) {
        bar[i] = i < filled ? '#' : '.';
    }
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r\033[K%.90s [%s] %3.0f %% ", progress->what, bar, 100 * share);
    if (done > 0) {
        print_left(stderr, elapsed * (1 - share) / share);
    }
    fflush(stderr);
}

void
cli_show_progress(void *data, const char *what, size_t done, size_t total)
{
    cli *self = data;
    cli_progress *progress = &self->progress;
    double now = lb_seconds();
    if (strcmp(progress->what, what) != 0) {
        snprintf(progress->what, sizeof progress->what, "%s", what);
        progress->start = now;
        if (!progress->terminal && progress->last_told == 0) {
            progress->last_told = now; /* short work tells nothing */
        }
    }
    double since = now - progress->last_told;
    if (self->quiet || since < (progress->terminal ? BAR_SECONDS : LINE_SECONDS)) {
        return;
    }
    progress->last_told = now;
    if (progress->terminal) {
        print_bar(progress, done, total, now - progress->start);
        progress->shown = true;
        return;
    }
    fprintf(stderr, "%s: %zu of %zu", what, done, total);
    if (done > 0 && done < total) {
        fputs(", ", stderr);
        print_left(stderr, (now - progress->start) * (double)(total - done) / (double)done);
    }
    fputc('\n', stderr);
}

void
cli_clear_progress(cli *self)
{
    if (self->progress.shown) {
        fputs("\r\033[K", stderr);
        self->progress.shown = false;
    }
}
