/* SPDX-License-Identifier: MIT */
/* Streams a dataset and keeps of each image what the checks need. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_internal.h"
#include "column.h"

#include "lesionbench/h5.h"

/* Images are read in blocks of this many bytes, or one at a time. */
static const size_t BLOCK_BYTES = (size_t)1 << 24;
enum { MAX_SIDE = 2048, MAX_IMAGES = 10000000 };

void
audit_data_release(audit_data *data)
{
    lb_free(data->cluster);
    lb_free(data->subject);
    lb_free(data->slice);
    lb_free(data->defects);
    lb_free(data->split);
    lb_free(data->label);
    lb_free(data->lines);
    lb_free(data->twins);
    lb_free(data->grid);
    lb_free(data->features);
    *data = (audit_data){0};
}

static lb_status
data_init(audit_data *out, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    out->count = count;
    LB_ALLOC(out->features, count * AUDIT_FEATURES);
    LB_ALLOC(out->grid, count * AUDIT_CELLS);
    LB_ALLOC(out->twins, count * AUDIT_TWIN_CELLS);
    LB_ALLOC(out->lines, count);
    LB_ALLOC(out->label, count);
    LB_ALLOC(out->split, count);
    LB_ALLOC(out->defects, count);
    LB_ALLOC(out->slice, count);
    LB_ALLOC(out->subject, count);
    LB_ALLOC(out->cluster, count);
cleanup:
    return status;
}

static void
scratch_release(audit_scratch *scratch)
{
    lb_free(scratch->peaks);
    lb_free(scratch->labels);
    lb_free(scratch->blocked);
    lb_free(scratch->mask);
}

static lb_status
scratch_init(audit_scratch *scratch, size_t pixels, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(scratch->mask, pixels);
    LB_ALLOC(scratch->blocked, pixels);
    LB_ALLOC(scratch->labels, pixels);
    LB_ALLOC(scratch->peaks, pixels);
cleanup:
    return status;
}

/* A file being read. */
typedef struct reader {
    lb_dataset *dataset;
    lb_h5 *file; /* the same file, for what lb_dataset does not tell */
    const lb_audit_options *options;
    audit_data *data;
    size_t height, width, block; /* images in a block */
    float *image, *truth;
    uint8_t *distractor;
    bool has_distractor; /* in this split */
    lb_status *status;
    lb_error *err;
    audit_scratch *scratch; /* of each thread */
    int threads;
} reader;

static void
reader_release(reader *r)
{
    for (int i = 0; r->scratch != NULL && i < r->threads; i++) {
        scratch_release(r->scratch + i);
    }
    lb_free(r->scratch);
    lb_free(r->err);
    lb_free(r->status);
    lb_free(r->distractor);
    lb_free(r->truth);
    lb_free(r->image);
    lb_h5_close(r->file);
    lb_dataset_close(r->dataset);
}

static lb_status
reader_init(reader *r, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_dataset_open(&r->dataset, path, err));
    LB_TRY(lb_h5_open(&r->file, path, "dataset", err));
    r->height = lb_dataset_height(r->dataset);
    r->width = lb_dataset_width(r->dataset);
    if (r->height > MAX_SIDE || r->width > MAX_SIDE) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: images of %zu x %zu pixels; the audit takes up to %d x %d", path,
                       r->height, r->width, MAX_SIDE, MAX_SIDE));
    }
    size_t pixels = r->height * r->width;
    if (pixels == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: holds no images", path));
    }
    r->block = BLOCK_BYTES / (pixels * sizeof(float));
    r->block = r->block > 0 ? r->block : 1;
    r->threads = omp_get_max_threads();
    LB_ALLOC(r->image, r->block * pixels);
    LB_ALLOC(r->truth, r->block * pixels);
    LB_ALLOC(r->distractor, r->block * pixels);
    LB_ALLOC(r->status, r->block);
    LB_ALLOC(r->err, r->block);
    LB_ALLOC(r->scratch, (size_t)r->threads);
    for (int i = 0; i < r->threads; i++) {
        LB_TRY(scratch_init(r->scratch + i, pixels, err));
    }
cleanup:
    return status;
}

/* Notes what an image must not have, and takes out what is not finite. */
static uint8_t
find_defects(float *image, float *truth, size_t pixels)
{
    bool found[AUDIT_DEFECTS] = {false}, any_truth = false;
    uint8_t bits = 0;
    for (size_t p = 0; p < pixels; p++) {
        if (!isfinite(image[p]) || !isfinite(truth[p])) {
            found[DEFECT_NOT_FINITE] = true;
            image[p] = isfinite(image[p]) ? image[p] : 0;
            truth[p] = isfinite(truth[p]) ? truth[p] : 0;
        }
        found[DEFECT_RANGE] |= image[p] < 0 || (double)image[p] > 1 + 1e-6;
        found[DEFECT_NEGATIVE_TRUTH] |= truth[p] < 0;
        found[DEFECT_OFF_BRAIN] |= truth[p] > 0 && !(image[p] > 0);
        any_truth |= truth[p] > 0;
    }
    found[DEFECT_NO_TRUTH] = !any_truth;
    for (int d = 0; d < AUDIT_DEFECTS; d++) {
        bits |= (uint8_t)(found[d] ? 1U << d : 0);
    }
    return bits;
}

/* Image n of the block, image `at` of all. */
static lb_status
measure_one(reader *r, size_t n, size_t at, size_t lesions, audit_scratch *scratch, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = r->height * r->width, count = 0;
    audit_piece pieces[AUDIT_MAX_PIECES];
    float *image = r->image + n * pixels, *truth = r->truth + n * pixels;
    r->data->defects[at] = find_defects(image, truth, pixels);
    LB_TRY(lb_truth_cut(truth, r->height, r->width, r->options->truth_threshold, scratch->mask,
                        scratch->labels, scratch->peaks, err));
    const audit_image in = {.height = r->height,
                            .width = r->width,
                            .image = image,
                            .truth = truth,
                            .distractor = r->has_distractor ? r->distractor + n * pixels : NULL,
                            .lesion_count = lesions};
    LB_TRY(audit_find_pieces(pieces, &count, &in, scratch, err));
    audit_measure(r->data->features + at * AUDIT_FEATURES, r->data->grid + at * AUDIT_CELLS, &in,
                  pieces, count);
    audit_twin_measure(r->data->twins + at * AUDIT_TWIN_CELLS, &in, pieces, count);
    audit_box_measure(r->data->lines + at, &in, pieces, count, scratch->blocked);
cleanup:
    return status;
}

/* Images first .. first + count of the split, which are images `at` and on of all. */
static lb_status
measure_block(reader *r, lb_split split, size_t first, size_t count, size_t at,
              const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    char name[40];
    snprintf(name, sizeof name, "%s/distractor", lb_split_name(split));
    LB_TRY(lb_dataset_read(r->image, r->truth, r->dataset, split, first, count, err));
    if (r->has_distractor) {
        LB_TRY(lb_h5_read_rows(r->file, name, LB_U8, first, count, r->distractor, err));
    }
    const uint8_t *lesions = lb_dataset_lesion_counts(r->dataset, split);
#pragma omp parallel for schedule(dynamic)
    for (size_t n = 0; n < count; n++) {
        r->status[n] = lb_is_cancelled(context)
                           ? LB_OK
                           : measure_one(r, n, at + n, lesions[first + n],
                                         r->scratch + omp_get_thread_num(), &r->err[n]);
    }
    for (size_t n = 0; n < count; n++) {
        if (r->status[n] != LB_OK) {
            *err = r->err[n];
            return lb_fail_context(err, "image %zu of split '%s'", first + n, lb_split_name(split));
        }
    }
    status = lb_check_cancelled(context, err);
cleanup:
    return status;
}

/* Labels, slices and subjects. A file without subjects has its slices stand for them. */
static lb_status
read_identities(reader *r, lb_split split, size_t count, size_t at, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array subject = {0};
    audit_data *data = r->data;
    const int32_t *labels = lb_dataset_labels(r->dataset, split); /* 0 or 1 */
    for (size_t i = 0; i < count; i++) {
        data->label[at + i] = (uint8_t)labels[i];
    }
    memcpy(data->slice + at, lb_dataset_slices(r->dataset, split), count * sizeof *data->slice);
    memset(data->split + at, (int)split, count);
    if (data->has_subjects) {
        LB_TRY(lb_column_read(&subject, r->file, lb_split_name(split), "subject", LB_I32,
                              lb_dataset_count(r->dataset, split), err));
        memcpy(data->subject + at, subject.data, count * sizeof *data->subject);
    } else {
        memcpy(data->subject + at, data->slice + at, count * sizeof *data->subject);
    }
cleanup:
    lb_array_release(&subject);
    return status;
}

static lb_status
check_distractor(reader *r, lb_split split, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    char name[40];
    size_t rank = 0, shape[LB_MAX_RANK];
    snprintf(name, sizeof name, "%s/distractor", lb_split_name(split));
    r->has_distractor = lb_h5_has(r->file, name);
    if (r->has_distractor) {
        LB_TRY(lb_h5_shape(&rank, shape, r->file, name, err));
        if (rank != 3 || shape[0] != count || shape[1] != r->height || shape[2] != r->width) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: the shape of '%s' does not fit the images",
                           lb_h5_path(r->file), name));
        }
    }
cleanup:
    return status;
}

static int
ascending(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* Numbers the subjects by ascending identity. */
static lb_status
number_clusters(audit_data *data, lb_error *err)
{
    lb_status status = LB_OK;
    int32_t *sorted = NULL;
    LB_ALLOC(sorted, data->count);
    memcpy(sorted, data->subject, data->count * sizeof *sorted);
    qsort(sorted, data->count, sizeof *sorted, ascending);
    for (size_t i = 0; i < data->count; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            sorted[data->subjects++] = sorted[i];
        }
    }
    for (size_t i = 0; i < data->count; i++) {
        const int32_t *found =
            bsearch(data->subject + i, sorted, data->subjects, sizeof *sorted, ascending);
        data->cluster[i] = (size_t)(found - sorted);
    }
cleanup:
    lb_free(sorted);
    return status;
}

/* Images of the split that are audited. */
static size_t
images_of(const reader *r, lb_split split)
{
    size_t there = lb_dataset_count(r->dataset, split), max = r->options->images;
    return !r->options->splits[split] ? 0 : max > 0 && max < there ? max : there;
}

static lb_status
count_images(size_t *total, const reader *r, const char *path, lb_error *err)
{
    *total = 0;
    for (int split = 0; split < LB_SPLITS; split++) {
        size_t count = images_of(r, (lb_split)split);
        if (count > 0) {
            *total = count < MAX_IMAGES ? *total + count : MAX_IMAGES;
        }
    }
    if (*total == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: no images in the splits asked for", path);
    }
    if (*total >= MAX_IMAGES) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: the audit takes less than %d images", path,
                       MAX_IMAGES);
    }
    return LB_OK;
}

/* What the file says of itself. */
static lb_status
read_claims(lb_audit *audit, audit_data *data, reader *r, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    if (lb_h5_has_attribute(r->file, "", "protocol")) {
        LB_TRY(lb_h5_get_text(&text, r->file, "", "protocol", err));
        snprintf(audit->protocol, sizeof audit->protocol, "%.15s", text);
        lb_free(text);
        text = NULL;
    }
    if (lb_h5_has_attribute(r->file, "", "label_by")) {
        LB_TRY(lb_h5_get_text(&text, r->file, "", "label_by", err));
        data->label_by_side = strcmp(text, "side") == 0;
    }
    if (lb_h5_has_attribute(r->file, "", "distractors")) {
        LB_TRY(lb_h5_get_number(&audit->distractors, r->file, "", "distractors", err));
    }
    audit->quirks = lb_dataset_quirks(r->dataset);
    data->has_subjects = true;
    for (int split = 0; split < LB_SPLITS; split++) {
        char name[40];
        snprintf(name, sizeof name, "%s/subject", lb_split_name((lb_split)split));
        data->has_subjects = data->has_subjects && lb_h5_has(r->file, name);
    }
cleanup:
    lb_free(text);
    return status;
}

lb_status
audit_gather(audit_data *out, lb_audit *audit, const char *path, const lb_audit_options *options,
             const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    audit_data data = {0};
    reader r = {.options = options, .data = &data};
    size_t total = 0, at = 0;
    LB_TRY(reader_init(&r, path, err));
    LB_TRY(read_claims(audit, &data, &r, err));
    LB_TRY(count_images(&total, &r, path, err));
    LB_TRY(data_init(&data, total, err));
    data.height = r.height;
    data.width = r.width;
    for (int s = 0; s < LB_SPLITS; s++) {
        lb_split split = (lb_split)s;
        size_t count = images_of(&r, split);
        audit->images[s] = count;
        if (count == 0) {
            continue;
        }
        LB_TRY(read_identities(&r, split, count, at, err));
        LB_TRY(check_distractor(&r, split, lb_dataset_count(r.dataset, split), err));
        lb_progress(context, "measuring images", at, total);
        for (size_t first = 0; first < count; first += r.block) {
            size_t length = count - first < r.block ? count - first : r.block;
            LB_TRY(measure_block(&r, split, first, length, at + first, context, err));
            lb_progress(context, "measuring images", at + first + length, total);
        }
        at += count;
    }
    LB_TRY(number_clusters(&data, err));
    audit->subjects = data.has_subjects ? data.subjects : 0;
    *out = data;
    data = (audit_data){0};
cleanup:
    audit_data_release(&data);
    reader_release(&r);
    return status;
}
