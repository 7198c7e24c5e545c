/* SPDX-License-Identifier: MIT */
/* Heat maps of one image: a row per method; a column per corpus and degree, and one for the
 * untrained network. */
#include "figures.h"

#include <math.h>
#include <stdio.h>

#include "canvas.h"
#include "lesionbench/score.h"
#include "maps.h"

enum { MIN_PANEL = 200, MARGIN = 28, LETTER = 28, TITLE = 36, SPACE = 6, CORPUS_SPACE = 26 };
enum { MAX_ACROSS = 2400, MAX_BYTES = 2 << 20 }; /* on the page */
enum { HEAD = 150 };                             /* between the image above the grid and the grid */

static const colour ink = {34, 34, 34}, pale = {232, 232, 232}, outline = {120, 235, 255};
static const colour plate = {4, 12, 30};

typedef struct layout {
    size_t rows[MAX_METHODS], row_count; /* the methods that have maps */
    size_t zoom, panel_height, panel_width;
    size_t left, top; /* of the first panel */
    size_t height, width;
} layout;

static bool
has_maps(const map_set *set, size_t method)
{
    char name[64];
    snprintf(name, sizeof name, "%s/map", set->folder->methods[method].name);
    for (size_t i = 0; i < set->file_count; i++) {
        if (set->files[i].degree < DEGREES && lb_h5_has(set->files[i].file, name)) {
            return true;
        }
    }
    return false;
}

static layout
plan(const map_set *set, const study_folder *folder)
{
    layout l = {.zoom = (MIN_PANEL + set->width - 1) / set->width};
    l.panel_height = l.zoom * set->height;
    l.panel_width = l.zoom * set->width;
    double widest = 0;
    for (size_t m = 0; m < folder->attribution_count; m++) {
        if (has_maps(set, m)) {
            l.rows[l.row_count++] = m;
            widest = fmax(widest, canvas_text_width(LETTER, folder->methods[m].title));
        }
    }
    l.left = MARGIN + (size_t)widest + 20;
    l.top = MARGIN + l.panel_height + HEAD;
    size_t columns = folder->corpus_count * DEGREES + 1;
    l.width =
        l.left + columns * (l.panel_width + SPACE) + folder->corpus_count * CORPUS_SPACE + MARGIN;
    l.height = l.top + l.row_count * (l.panel_height + SPACE) + MARGIN;
    return l;
}

static size_t
column_left(const layout *l, const study_folder *folder, size_t corpus, size_t degree)
{
    size_t group = degree == UNTRAINED ? folder->corpus_count : corpus;
    size_t column = group * DEGREES + (degree == UNTRAINED ? 0 : degree);
    return l->left + column * (l->panel_width + SPACE) + group * CORPUS_SPACE;
}

static void
centred(canvas *picture, double middle, double y, double size, const char *text)
{
    canvas_text(picture, middle - canvas_text_width(size, text) / 2, y, size, text, ink);
}

/* The map's own scale: its 99.5th percentile, or its maximum where that is 0. */
static lb_status
scale_of(double *out, const map_set *set, lb_error *err)
{
    size_t pixels = set->height * set->width;
    double *values = lb_alloc(pixels, sizeof *values, err);
    if (values == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < pixels; i++) {
        values[i] = (double)set->map[i];
    }
    double high = lb_quantile(values, pixels, 0.995);
    *out = high > 0 ? high : values[pixels - 1]; /* lb_quantile() has sorted them */
    lb_free(values);
    return LB_OK;
}

static lb_status
draw_panel(canvas *picture, const layout *l, size_t x, size_t y, map_set *set, const map_file *file,
           size_t method, size_t image, const segment *lines, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    bool found = false;
    double scale = 0, tpr = 0;
    char text[16];
    if (file != NULL) {
        LB_TRY(maps_read(&found, &tpr, set, file, method, image, err));
    }
    if (!found) {
        canvas_box(picture, x, y, l->panel_width, l->panel_height, pale);
        centred(picture, (double)(x + l->panel_width / 2), (double)(y + l->panel_height / 2),
                LETTER, "none");
        goto cleanup;
    }
    LB_TRY(scale_of(&scale, set, err));
    canvas_image(picture, x, y, set->map, set->height, set->width, l->zoom, scale, true);
    canvas_outline(picture, x, y, l->zoom, lines, count, 1.3, outline);
    snprintf(text, sizeof text, "%.2f", tpr);
    size_t wide = (size_t)canvas_text_width(LETTER, text) + 14, high = LETTER + 14;
    x += l->panel_width - wide; /* the number stands on a plate, as maps can be light there */
    y += l->panel_height - high;
    canvas_box(picture, x, y, wide, high, plate);
    canvas_text(picture, (double)x + 7, (double)(y + high) - 7, LETTER, text,
                (colour){255, 255, 255});
cleanup:
    return status;
}

/* The image itself, what the figure shows and its scale, above the grid. */
static void
draw_legend(canvas *picture, const layout *l, map_set *set, size_t image, const segment *lines,
            size_t count)
{
    enum { BAR = 560, THICK = 26 };
    char text[96];
    size_t x = l->left + 2 * (l->panel_width + SPACE) + 10;
    const char *shape =
        lb_dataset_labels(set->dataset, LB_HOLDOUT)[image] == 0 ? "round" : "irregular";
    canvas_image(picture, l->left, MARGIN, set->image, set->height, set->width, l->zoom, 1, false);
    canvas_image(picture, l->left + l->panel_width + SPACE, MARGIN, set->image, set->height,
                 set->width, l->zoom, 1, false);
    canvas_outline(picture, l->left + l->panel_width + SPACE, MARGIN, l->zoom, lines, count, 1.3,
                   outline);
    snprintf(text, sizeof text, "Holdout image %zu, %s lesions", image, shape);
    canvas_text(picture, (double)x, MARGIN + TITLE, TITLE, text, ink);
    canvas_text(picture, (double)x, MARGIN + 82, LETTER,
                "Outline: the ground truth. Number: the true positive rate of the map.", ink);
    canvas_text(picture, (double)x, MARGIN + 126, LETTER,
                "Colours: every map from 0 to its own 99.5th percentile.", ink);
    float ramp[THICK * BAR];
    for (size_t i = 0; i < THICK * BAR; i++) {
        ramp[i] = (float)(i % BAR) / (BAR - 1);
    }
    canvas_image(picture, x, MARGIN + 152, ramp, THICK, BAR, 1, 1, true);
    canvas_text(picture, (double)x, MARGIN + 214, LETTER, "0", ink);
    const char *end = "99.5th percentile";
    canvas_text(picture, (double)(x + BAR) - canvas_text_width(LETTER, end), MARGIN + 214, LETTER,
                end, ink);
}

static void
draw_titles(canvas *picture, const layout *l, const study_folder *folder)
{
    double y = (double)l->top - 18, half = (double)l->panel_width / 2;
    for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
        double first = (double)column_left(l, folder, corpus, 0);
        double last = (double)column_left(l, folder, corpus, DEGREES - 1) + 2 * half;
        centred(picture, (first + last) / 2, y - 54, TITLE, corpus_title(folder->corpora[corpus]));
        for (size_t degree = 0; degree < DEGREES; degree++) {
            char text[32];
            snprintf(text, sizeof text, "Degree %s", degree_names[degree]);
            centred(picture, (double)column_left(l, folder, corpus, degree) + half, y, LETTER,
                    text);
        }
    }
    centred(picture, (double)column_left(l, folder, 0, UNTRAINED) + half, y, LETTER, "Untrained");
    for (size_t row = 0; row < l->row_count; row++) {
        const char *title = folder->methods[l->rows[row]].title;
        double middle = (double)(l->top + row * (l->panel_height + SPACE) + l->panel_height / 2);
        canvas_text(picture, (double)l->left - 14 - canvas_text_width(LETTER, title),
                    middle + LETTER / 2, LETTER, title, ink);
    }
}

static lb_status
draw_grid(canvas *picture, const layout *l, map_set *set, const study_folder *folder, size_t image,
          const segment *lines, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t row = 0; row < l->row_count; row++) {
        size_t y = l->top + row * (l->panel_height + SPACE), method = l->rows[row];
        for (size_t corpus = 0; corpus < folder->corpus_count; corpus++) {
            for (size_t degree = 0; degree < DEGREES; degree++) {
                LB_TRY(draw_panel(picture, l, column_left(l, folder, corpus, degree), y, set,
                                  maps_find(set, corpus, degree), method, image, lines, count,
                                  err));
            }
        }
        LB_TRY(draw_panel(picture, l, column_left(l, folder, 0, UNTRAINED), y, set,
                          maps_find(set, 0, UNTRAINED), method, image, lines, count, err));
    }
cleanup:
    return status;
}

/* One figure, of one image. */
static lb_status
draw_figure(bool *drawn, preview *small, map_set *set, size_t image, const char *name,
            lb_error *err)
{
    lb_status status = LB_OK;
    const study_folder *folder = set->folder;
    canvas picture = {.targets = NULL};
    segment *lines = NULL;
    size_t count = 0;
    bool read = false;
    LB_TRY(maps_read_image(&read, set, image, err));
    if (!read) {
        goto cleanup;
    }
    LB_TRY(contour_trace(&lines, &count, set->truth, set->height, set->width, err));
    layout l = plan(set, folder);
    LB_TRY(canvas_init_figure(&picture, l.height, l.width, CANVAS_PAGE, err));
    draw_legend(&picture, &l, set, image, lines, count);
    draw_titles(&picture, &l, folder);
    LB_TRY(draw_grid(&picture, &l, set, folder, image, lines, count, err));
    LB_TRY(canvas_write(&picture, folder->directory, name, err));
    if (small != NULL) {
        LB_TRY(canvas_preview(&small->bytes, &small->size, &picture, MAX_ACROSS, MAX_BYTES, err));
    }
    *drawn = true;
cleanup:
    lb_free(lines);
    canvas_release(&picture);
    return status;
}

lb_status
draw_heatmaps(bool *drawn, preview *small, bool *extremes, typical_image *shown, map_set *set,
              const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    study_folder *folder = set->folder;
    char name[48];
    *drawn = *extremes = false;
    if (set->file_count > 0) {
        LB_TRY(maps_typical(shown, set, folder, context, err));
    }
    if (set->file_count == 0 || shown->of == 0) {
        LB_TRY(folder_miss(folder, err, "figures/heatmaps%s: no model's maps were kept",
                           folder->suffix));
        goto cleanup;
    }
    snprintf(name, sizeof name, "heatmaps%s", folder->suffix);
    LB_TRY(draw_figure(drawn, small, set, shown->image, name, err));
    if (shown->of >= 3) {
        snprintf(name, sizeof name, "heatmaps_best%s", folder->suffix);
        LB_TRY(draw_figure(extremes, NULL, set, shown->best, name, err));
        snprintf(name, sizeof name, "heatmaps_worst%s", folder->suffix);
        LB_TRY(draw_figure(extremes, NULL, set, shown->worst, name, err));
    }
cleanup:
    return status;
}
