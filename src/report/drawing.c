/* SPDX-License-Identifier: MIT */
#include "drawing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "lesionbench/score.h"

enum { PANEL = 230, MAX_PANEL = 340, MIN_CELL = 190, SHEET_WIDTH = 1920 };
enum { MARGIN = 28, SPACE = 14, LETTER = 13, LINE = 24, TITLE = 20, HEADING = 16 };
static const colour INK = {34, 34, 34}, SOFT = {96, 96, 96};

typedef struct layout {
    size_t reduce, zoom; /* an image is averaged over so many pixels, then enlarged */
    size_t panel_height, panel_width;
    size_t cell_height, cell_width; /* with captions and space */
    size_t columns;
    size_t top; /* of the first section */
    size_t height, width;
} layout;

size_t
drawing_pick(size_t i, size_t shown, size_t n)
{
    /* Multiples of the golden ratio fill the unit interval evenly (Weyl's sequence). */
    double place = ((double)i + 0.5) * 0.61803398874989485;
    size_t first = i * n / shown, length = (i + 1) * n / shown - first;
    return first + (size_t)((place - floor(place)) * (double)length);
}

void
drawing_turn(float *out, const float *in, size_t height, size_t width)
{
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            out[(width - 1 - column) * height + row] = in[row * width + column];
        }
    }
}

lb_status
drawing_quantile(double *out, const float *values, size_t n, double share, lb_error *err)
{
    double *copy = lb_alloc(n, sizeof *copy, err);
    if (copy == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < n; i++) {
        copy[i] = isfinite(values[i]) ? (double)values[i] : 0;
    }
    double found = lb_quantile(copy, n, share);
    *out = found > 0 ? found : fmax(copy[n - 1], 1e-30); /* lb_quantile() has sorted them */
    lb_free(copy);
    return LB_OK;
}

const char *
drawing_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t
section_height(const drawing_section *section, const layout *l)
{
    size_t rows = (section->count + l->columns - 1) / l->columns;
    return (section->title[0] != '\0' ? 2 * LINE : 0) + rows * l->cell_height;
}

static layout
plan(const drawing *s)
{
    size_t side = larger(s->height, s->width), max = 1, longest = 0;
    layout l = {.reduce = (side + MAX_PANEL - 1) / MAX_PANEL};
    side = (side + l.reduce - 1) / l.reduce;
    l.zoom = larger((PANEL + side / 2) / side, 1);
    l.panel_height = (s->height + l.reduce - 1) / l.reduce * l.zoom;
    l.panel_width = (s->width + l.reduce - 1) / l.reduce * l.zoom;
    l.cell_width = larger(l.panel_width, MIN_CELL) + SPACE;
    l.cell_height = l.panel_height + s->lines * LINE + SPACE + 6;
    for (size_t i = 0; i < s->section_count; i++) {
        max = larger(max, s->sections[i].count);
    }
    l.columns = larger(SHEET_WIDTH / l.cell_width, 1);
    size_t rows = (max + l.columns - 1) / l.columns;
    l.columns = (max + rows - 1) / rows; /* no short last row where it can be helped */
    l.top = MARGIN + TITLE + 2 * LINE + SPACE + (s->classes[0] != NULL ? LINE + 6 : 0);
    l.height = l.top + MARGIN;
    for (size_t i = 0; i < s->section_count; i++) {
        l.height += section_height(&s->sections[i], &l);
    }
    longest = (size_t)fmax(canvas_text_width(TITLE, s->title), canvas_text_width(LETTER, s->note));
    l.width = 2 * MARGIN + larger(l.columns * l.cell_width - SPACE, longest + 1);
    return l;
}

static void
write_text(canvas *picture, size_t x, size_t y, double size, size_t width, const char *text,
           colour ink)
{
    canvas_text_within(picture, (double)x, (double)y, size, (double)width, text, ink);
}

/* out (rows, columns): means of squares of `reduce` pixels, or their greatest value. */
static void
shrink(float *out, const float *in, size_t height, size_t width, size_t reduce, bool greatest)
{
    size_t rows = (height + reduce - 1) / reduce, columns = (width + reduce - 1) / reduce;
    for (size_t i = 0; i < rows * columns; i++) {
        size_t top = i / columns * reduce, left = i % columns * reduce, count = 0;
        float sum = 0, max = -INFINITY;
        for (size_t y = top; y < top + reduce && y < height; y++) {
            for (size_t x = left; x < left + reduce && x < width; x++) {
                float value = in[y * width + x];
                sum += value;
                max = value > max ? value : max;
                count++;
            }
        }
        out[i] = greatest ? max : sum / (float)count;
    }
}

typedef struct workspace {
    float *image, *truth; /* shrunk */
} workspace;

static lb_status
draw_item(canvas *picture, const layout *l, size_t x, size_t y, const drawing_item *item,
          const workspace *work, lb_error *err)
{
    lb_status status = LB_OK;
    segment *lines = NULL;
    size_t count = 0;
    size_t height = (item->height + l->reduce - 1) / l->reduce;
    size_t width = (item->width + l->reduce - 1) / l->reduce;
    canvas_box(picture, x, y, l->panel_width, l->panel_height, (colour){0, 0, 0});
    size_t left = x + (l->panel_width - width * l->zoom) / 2;
    size_t top = y + (l->panel_height - height * l->zoom) / 2;
    shrink(work->image, item->image, item->height, item->width, l->reduce, false);
    canvas_image(picture, left, top, work->image, height, width, l->zoom, item->maximum,
                 item->heat);
    if (item->truth != NULL) {
        shrink(work->truth, item->truth, item->height, item->width, l->reduce, true);
        LB_TRY(contour_trace(&lines, &count, work->truth, height, width, err));
        canvas_outline(picture, left, top, l->zoom, lines, count, 1.6, item->ink);
    }
    for (size_t i = 0; i < SHEET_LINES && item->caption[i][0] != '\0'; i++) {
        write_text(picture, x, y + l->panel_height + LINE * (i + 1) - 2, LETTER,
                   l->cell_width - SPACE, item->caption[i], i == 0 ? INK : SOFT);
    }
cleanup:
    lb_free(lines);
    return status;
}

static void
draw_header(canvas *picture, const drawing *s, const layout *l)
{
    size_t y = MARGIN + TITLE, x = MARGIN;
    write_text(picture, x, y, TITLE, l->width - 2 * MARGIN, s->title, INK);
    write_text(picture, x, y + LINE + 8, LETTER, l->width - 2 * MARGIN, s->note, SOFT);
    for (size_t label = 0; s->classes[0] != NULL && label < 2; label++) {
        canvas_box(picture, x, y + 2 * LINE + 2, 22, LETTER + 1, colour_of_class(label));
        canvas_text(picture, (double)x + 30, (double)y + 3 * LINE - 7, LETTER, s->classes[label],
                    INK);
        x += 30 + (size_t)canvas_text_width(LETTER, s->classes[label]) + 2 * SPACE;
    }
}

static lb_status
draw_sections(canvas *picture, const drawing *s, const layout *l, const workspace *work,
              const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    size_t y = l->top;
    for (size_t i = 0; i < s->section_count; i++) {
        const drawing_section *section = &s->sections[i];
        size_t top = y;
        if (section->title[0] != '\0') {
            top += 2 * LINE;
            write_text(picture, MARGIN, top - 10, HEADING, l->width - 2 * MARGIN, section->title,
                       INK);
        }
        for (size_t k = 0; k < section->count; k++) {
            drawing_item item = {.maximum = 1};
            LB_TRY(lb_check_cancelled(context, err));
            LB_TRY(s->read(&item, s->source, i, k, err));
            LB_TRY(draw_item(picture, l, MARGIN + k % l->columns * l->cell_width,
                             top + k / l->columns * l->cell_height, &item, work, err));
        }
        y += section_height(section, l);
    }
cleanup:
    return status;
}

static lb_status
draw_sheet(canvas *picture, const drawing *s, bool figure, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    workspace work = {0};
    layout l = plan(s);
    size_t pixels = (s->height + l.reduce) / l.reduce * ((s->width + l.reduce) / l.reduce);
    LB_ALLOC(work.image, pixels);
    LB_ALLOC(work.truth, pixels);
    LB_TRY(figure ? canvas_init_figure(picture, l.height, l.width, CANVAS_PAGE, err)
                  : canvas_init(picture, l.height, l.width, err));
    draw_header(picture, s, &l);
    LB_TRY(draw_sections(picture, s, &l, &work, context, err));
cleanup:
    lb_free(work.truth);
    lb_free(work.image);
    return status;
}

lb_status
drawing_write(const drawing *s, const char *path, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    canvas picture = {.targets = NULL};
    LB_TRY(draw_sheet(&picture, s, false, context, err));
    LB_TRY(canvas_write_png(&picture, path, err));
cleanup:
    canvas_release(&picture);
    return status;
}

lb_status
drawing_write_figure(const drawing *s, const char *directory, const char *name,
                     const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    canvas picture = {.targets = NULL};
    LB_TRY(draw_sheet(&picture, s, true, context, err));
    LB_TRY(canvas_write(&picture, directory, name, err));
cleanup:
    canvas_release(&picture);
    return status;
}
