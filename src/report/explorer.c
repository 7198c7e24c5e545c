/* SPDX-License-Identifier: MIT */
/* Which images and scores the explorer shows. */
#include "explorer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/png.h"
#include "lesionbench/score.h"
#include "scores.h"

coded_map
explorer_code(uint8_t *out, const float *map, size_t pixels, size_t p, double *sorted)
{
    for (size_t i = 0; i < pixels; i++) {
        sorted[i] = isfinite(map[i]) ? (double)map[i] : 0;
    }
    double scale = lb_quantile(sorted, pixels, 0.995); /* which sorts them */
    scale = scale > 0 ? scale : fmax(sorted[pixels - 1], 1e-30);
    double limit = p < pixels ? sorted[pixels - 1 - p] : 0;
    double level = floor(LEVELS * fmax(limit, 0) / scale);
    unsigned threshold = level < LEVELS - 2 ? (unsigned)level : LEVELS - 2;
    for (size_t i = 0; i < pixels; i++) {
        double value = isfinite(map[i]) ? (double)map[i] : 0;
        double at = floor(LEVELS * fmax(value, 0) / scale);
        unsigned code = at < LEVELS - 1 ? (unsigned)at : LEVELS - 1;
        if (value > limit) {
            code = code > threshold ? code : threshold + 1;
        } else {
            code = code < threshold ? code : threshold;
        }
        out[i] = (uint8_t)code;
    }
    return (coded_map){scale, threshold};
}

void
explorer_shrink(uint8_t *out, const uint8_t *in, size_t height, size_t width, size_t reduce)
{
    size_t rows = (height + reduce - 1) / reduce, columns = (width + reduce - 1) / reduce;
    memset(out, 0, rows * columns);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            uint8_t *to = &out[y / reduce * columns + x / reduce];
            *to = in[y * width + x] > *to ? in[y * width + x] : *to;
        }
    }
}

/* How often an image is kept, and whether it is right for all networks. */
typedef struct candidate {
    int32_t index;
    size_t kept;
    bool correct;
} candidate;

/* Those that all networks get right first, then those that most networks have; else by number. */
static int
by_use(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->correct != y->correct) {
        return x->correct ? -1 : 1;
    }
    if (x->kept != y->kept) {
        return x->kept > y->kept ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static lb_status
find_images(explorer *e, lb_error *err)
{
    lb_status status = LB_OK;
    const map_set *set = e->set;
    size_t holdout = lb_dataset_count(set->dataset, LB_HOLDOUT), found = 0;
    candidate *all = NULL;
    LB_ALLOC(all, holdout);
    for (size_t i = 0; i < holdout; i++) {
        all[i] =
            (candidate){.index = (int32_t)i, .correct = folder_selects(set->folder, CORRECT, i)};
    }
    for (size_t f = 0; f < set->file_count; f++) {
        for (size_t i = 0; i < set->files[f].count && set->files[f].degree < DEGREES; i++) {
            all[set->files[f].index[i]].kept++;
        }
    }
    for (size_t i = 0; i < holdout; i++) {
        if (all[i].kept > 0) {
            all[found++] = all[i];
        }
    }
    qsort(all, found, sizeof *all, by_use);
    LB_ALLOC(e->images, found);
    for (size_t i = 0; i < found; i++) {
        e->images[e->image_count++].index = all[i].index;
    }
cleanup:
    lb_free(all);
    return status;
}

/* What measuring needs: one image each. */
typedef struct buffers {
    uint8_t *codes, *small;
    double *sorted;
} buffers;

/* Adds up the bytes that a file's maps of an image take on the page. */
static lb_status
measure_file(double *bytes, size_t *maps, const explorer *e, const buffers *work, size_t file,
             lb_error *err)
{
    lb_status status = LB_OK;
    map_set *set = e->set;
    size_t pixels = set->height * set->width, size = 0;
    for (size_t m = 0; m < set->folder->method_count; m++) {
        bool found = false;
        uint8_t *png = NULL;
        LB_TRY(maps_read(&found, NULL, set, &set->files[file], m, (size_t)e->images[0].index, err));
        if (found) {
            explorer_code(work->codes, set->map, pixels, pixels / 50, work->sorted);
            explorer_shrink(work->small, work->codes, set->height, set->width, e->reduce);
            LB_TRY(lb_png_encode(&png, &size, (set->height + e->reduce - 1) / e->reduce,
                                 (set->width + e->reduce - 1) / e->reduce, 1, work->small, err));
            lb_free(png);
            *bytes += 4.0 / 3 * (double)size;
            ++*maps;
        }
    }
cleanup:
    return status;
}

/* Bytes of one image of all networks on the page, by the first network that has one. */
static lb_status
measure(double *out, const explorer *e, lb_error *err)
{
    enum { BASELINES = 6 };
    lb_status status = LB_OK;
    buffers work = {NULL, NULL, NULL};
    size_t pixels = e->set->height * e->set->width, maps = 0, all = 0;
    double bytes = 0;
    LB_ALLOC(work.codes, pixels);
    LB_ALLOC(work.small, pixels);
    LB_ALLOC(work.sorted, pixels);
    for (size_t f = 0; f < e->set->file_count && maps == 0; f++) {
        LB_TRY(measure_file(&bytes, &maps, e, &work, f, err));
    }
    for (size_t f = 0; f < e->set->file_count; f++) {
        all += e->set->files[f].degree < DEGREES ? maps : BASELINES;
    }
    *out = maps > 0 ? bytes / (double)maps * (double)all : 1;
cleanup:
    lb_free(work.sorted);
    lb_free(work.small);
    lb_free(work.codes);
    return status;
}

/* Large maps are halved before images are left out. */
static lb_status
fit(explorer *e, size_t capacity, lb_error *err)
{
    lb_status status = LB_OK;
    size_t kept = 0;
    double of_one = 0;
    e->reduce = 1;
    for (size_t i = 0; i < e->set->file_count; i++) {
        kept += e->set->files[i].degree < DEGREES ? e->set->files[i].count : 0;
    }
    LB_TRY(measure(&of_one, e, err));
    double each = (double)kept / (double)e->image_count; /* models that have an image */
    double share = fmin(1, each / (double)e->set->file_count);
    if (of_one * share * (double)e->image_count > (double)capacity && e->set->height > 100) {
        e->reduce = 2;
        LB_TRY(measure(&of_one, e, err));
    }
    double max = (double)capacity / fmax(of_one * share, 1);
    size_t images = max >= (double)e->image_count ? e->image_count : (size_t)fmax(max, 1);
    e->left_out = e->image_count - images;
    e->image_count = images;
cleanup:
    return status;
}

/* A model's answers to the images, from its predictions; they are not missed where they are not
 * there. */
static lb_status
read_predictions(explorer *e, size_t f, lb_error *err)
{
    lb_status status = LB_OK;
    const map_set *set = e->set;
    const map_file *file = &set->files[f];
    lb_array logits = {0};
    lb_h5 *h5 = NULL;
    char *path = lb_format(err, "%s/predictions/%s_degree_%s_seed_%s%s.h5", set->folder->directory,
                           set->folder->corpora[file->corpus], degree_names[file->degree],
                           file->seed, set->folder->suffix);
    if (path == NULL) {
        return err->code;
    }
    status = lb_h5_open(&h5, path, "predictions", err);
    status = status == LB_OK ? lb_h5_read(&logits, h5, "logits", LB_F32, err) : status;
    bool right = status == LB_OK && logits.rank == 2 && logits.shape[1] == CLASSES;
    for (size_t i = 0; right && i < e->image_count; i++) {
        size_t row = (size_t)e->images[i].index;
        if (row < logits.shape[0]) {
            const float *two = (const float *)logits.data + 2 * row;
            size_t class = two[1] > two[0];
            e->images[i].predicted[f] = (uint8_t)class;
            e->images[i].confidence[f] = 1 / (1 + expf(two[1 - class] - two[class]));
        }
    }
    lb_array_release(&logits);
    lb_h5_close(h5);
    lb_free(path);
    return status == LB_ERROR_MEMORY ? status : LB_OK;
}

lb_status
explorer_read(explorer *out, map_set *set, size_t capacity, lb_error *err)
{
    lb_status status = LB_OK;
    explorer e = {.set = set, .reduce = 1};
    if (set->file_count > 0) {
        LB_TRY(find_images(&e, err));
    }
    if (e.image_count > 0) {
        LB_TRY(fit(&e, capacity, err));
        for (size_t i = 0; i < e.image_count; i++) {
            LB_ALLOC(e.images[i].predicted, set->file_count);
            LB_ALLOC(e.images[i].confidence, set->file_count);
            memset(e.images[i].predicted, 255, set->file_count);
        }
        for (size_t f = 0; f < set->file_count; f++) {
            if (set->files[f].degree < DEGREES) {
                LB_TRY(read_predictions(&e, f, err));
            }
        }
    }
    *out = e;
    e = (explorer){.set = NULL};
cleanup:
    explorer_release(&e);
    return status;
}

void
explorer_release(explorer *e)
{
    for (size_t i = 0; i < e->image_count + e->left_out; i++) {
        lb_free(e->images[i].predicted);
        lb_free(e->images[i].confidence);
    }
    lb_free(e->images);
    lb_free(e->rows);
    *e = (explorer){.set = NULL};
}
