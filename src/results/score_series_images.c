/* SPDX-License-Identifier: MIT */
/* Numbers for the images and subjects of scores. */
#include <stdlib.h>
#include <string.h>

#include "score_series_internal.h"

static int
by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sorts, and drops what is there again. */
static size_t
make_unique(int64_t *values, size_t count)
{
    size_t kept = 0;
    qsort(values, count, sizeof *values, by_number);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || values[kept - 1] != values[i]) {
            values[kept++] = values[i];
        }
    }
    return kept;
}

static size_t
index_of(const int64_t *sorted, size_t count, int64_t value)
{
    const int64_t *found = bsearch(&value, sorted, count, sizeof *sorted, by_number);
    return (size_t)(found - sorted);
}

lb_status
series_number_images(series_table *table, const series_rows *all, lb_error *err)
{
    lb_status status = LB_OK;
    int64_t *images = NULL;
    LB_ALLOC(images, all->count);
    size_t seen = 0;
    for (size_t i = 0; i < all->count; i++) {
        images[seen++] = all->rows[i].image;
    }
    table->images = make_unique(images, seen);
    LB_ALLOC(table->image_number, table->images);
    for (size_t i = 0; i < table->images; i++) {
        table->image_number[i] = (uint32_t)images[i];
    }
    for (size_t i = 0; i < all->count; i++) {
        all->rows[i].image = (uint32_t)index_of(images, table->images, all->rows[i].image);
    }
cleanup:
    lb_free(images);
    return status;
}

lb_status
series_number_subjects(series_table *table, const series_rows *all, lb_error *err)
{
    lb_status status = LB_OK;
    int64_t *known = NULL, *sorted = NULL;
    LB_ALLOC(known, table->images);
    LB_ALLOC(sorted, table->images);
    LB_ALLOC(table->subject, table->images);
    for (size_t i = 0; i < table->images; i++) {
        known[i] = -1 - (int64_t)i;
    }
    for (size_t i = 0; i < all->count; i++) {
        const series_row *row = &all->rows[i];
        if (row->subject < 0) {
            continue;
        }
        if (known[row->image] >= 0 && known[row->image] != row->subject) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "an image is of subject %lld and of subject %d: scores of different "
                           "datasets or splits cannot be compared",
                           (long long)known[row->image], (int)row->subject));
        }
        known[row->image] = row->subject;
        table->has_subjects = true;
    }
    memcpy(sorted, known, table->images * sizeof *sorted);
    table->subjects = make_unique(sorted, table->images);
    for (size_t i = 0; i < table->images; i++) {
        table->subject[i] = (uint32_t)index_of(sorted, table->subjects, known[i]);
    }
cleanup:
    lb_free(sorted);
    lb_free(known);
    return status;
}
