/* SPDX-License-Identifier: MIT */
/* How much of their highest pixels methods share: a matrix over the kept maps of the first seeds'
 * networks. */
#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "canvas.h"
#include "explorer.h"

enum { CELL = 92, LETTER = 25, MARGIN = 26, GAP = 14 };
static const colour ink = {34, 34, 34}, paper = {255, 255, 255};

/* The p highest pixels of each method's map of one image, as scoring takes them. */
typedef struct answers {
    uint8_t *mask; /* (methods, pixels) */
    bool *there;   /* (methods) */
    uint8_t *codes;
    double *sorted;
    double *shared, *seen; /* (methods, methods) sums over images */
} answers;

static size_t
count_true(const map_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < set->height * set->width; i++) {
        count += set->truth[i] > 0;
    }
    return count;
}

static void
compare(answers *a, size_t methods, size_t pixels)
{
    for (size_t i = 0; i < methods; i++) {
        for (size_t k = 0; k < methods && a->there[i]; k++) {
            size_t both = 0, one = 0;
            for (size_t at = 0; at < pixels && a->there[k]; at++) {
                both += a->mask[i * pixels + at] && a->mask[k * pixels + at];
                one += a->mask[i * pixels + at];
            }
            if (a->there[k] && one > 0) {
                a->shared[i * methods + k] += (double)both / (double)one;
                a->seen[i * methods + k]++;
            }
        }
    }
}

static lb_status
add_image(answers *a, map_set *set, const map_file *file, size_t image, lb_error *err)
{
    lb_status status = LB_OK;
    size_t methods = set->folder->attribution_count, pixels = set->height * set->width;
    bool read = false;
    LB_TRY(maps_read_image(&read, set, image, err));
    size_t p = count_true(set);
    for (size_t m = 0; m < methods && read; m++) {
        LB_TRY(maps_read(&a->there[m], NULL, set, file, m, image, err));
        if (a->there[m]) {
            coded_map coded = explorer_code(a->codes, set->map, pixels, p, a->sorted);
            for (size_t i = 0; i < pixels; i++) {
                a->mask[m * pixels + i] = a->codes[i] > coded.threshold;
            }
        }
    }
    if (read) {
        compare(a, methods, pixels);
    }
cleanup:
    return status;
}

static lb_status
add_all(answers *a, map_set *set, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t f = 0; f < set->file_count; f++) {
        const map_file *file = &set->files[f];
        for (size_t i = 0; i < file->count && file->first && file->degree < DEGREES; i++) {
            LB_TRY(lb_check_cancelled(context, err));
            LB_TRY(add_image(a, set, file, (size_t)file->index[i], err));
        }
    }
cleanup:
    return status;
}

/* A cell in the colour of its share, the number in the ink that is read on it. */
static void
draw_cell(canvas *picture, size_t x, size_t y, double share)
{
    char text[16];
    colour fill = colour_map(share);
    snprintf(text, sizeof text, "%.2f", share);
    canvas_box(picture, x, y, CELL - 3, CELL - 3, fill);
    canvas_text(picture, (double)x + (CELL - canvas_text_width(LETTER, text)) / 2,
                (double)y + CELL / 2 + LETTER / 2, LETTER, text, share < 0.55 ? paper : ink);
}

static lb_status
draw(canvas *picture, const answers *a, const study_folder *folder, lb_error *err)
{
    size_t all = folder->attribution_count, shown[MAX_METHODS], count = 0;
    double widest = 0;
    for (size_t m = 0; m < all; m++) {
        if (a->seen[m * all + m] > 0) {
            shown[count++] = m;
            widest = fmax(widest, canvas_text_width(LETTER, folder->methods[m].title));
        }
    }
    size_t left = MARGIN + (size_t)widest + GAP, top = MARGIN + 2 * LETTER + GAP;
    lb_status status = canvas_init_figure(picture, top + count * CELL + MARGIN,
                                          left + count * CELL + MARGIN, CANVAS_COLUMN, err);
    if (status != LB_OK) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        const char *title = folder->methods[shown[i]].title;
        char number[24];
        double y = (double)(top + i * CELL) + CELL / 2 + LETTER / 2;
        snprintf(number, sizeof number, "%zu", i + 1);
        canvas_text(picture, (double)left - GAP - canvas_text_width(LETTER, title), y, LETTER,
                    title, ink);
        canvas_text(picture,
                    (double)(left + i * CELL) + (CELL - canvas_text_width(LETTER, number)) / 2,
                    (double)top - GAP, LETTER, number, ink);
        for (size_t k = 0; k < count; k++) {
            size_t at = shown[i] * all + shown[k];
            if (a->seen[at] > 0) {
                draw_cell(picture, left + k * CELL, top + i * CELL, a->shared[at] / a->seen[at]);
            }
        }
    }
    return LB_OK;
}

lb_status
draw_agreement(bool *drawn, map_set *set, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    answers a = {NULL, NULL, NULL, NULL, NULL, NULL};
    canvas picture = {.targets = NULL};
    size_t methods = set->folder->attribution_count, pixels = set->height * set->width;
    char name[48];
    *drawn = false;
    if (set->file_count == 0) {
        return LB_OK;
    }
    LB_ALLOC(a.mask, methods * pixels);
    LB_ALLOC(a.there, methods);
    LB_ALLOC(a.codes, pixels);
    LB_ALLOC(a.sorted, pixels);
    LB_ALLOC(a.shared, methods * methods);
    LB_ALLOC(a.seen, methods * methods);
    LB_TRY(add_all(&a, set, context, err));
    for (size_t m = 0; m < methods; m++) {
        *drawn = *drawn || a.seen[m * methods + m] > 0;
    }
    if (*drawn) {
        LB_TRY(draw(&picture, &a, set->folder, err));
        snprintf(name, sizeof name, "agreement%s", set->folder->suffix);
        LB_TRY(canvas_write(&picture, set->folder->directory, name, err));
    }
cleanup:
    canvas_release(&picture);
    lb_free(a.seen);
    lb_free(a.shared);
    lb_free(a.sorted);
    lb_free(a.codes);
    lb_free(a.there);
    lb_free(a.mask);
    return status;
}
