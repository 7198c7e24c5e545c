/* SPDX-License-Identifier: MIT */
#include "import_writer.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Of one slice. */
typedef struct row {
    const char *subject; /* in the writer's names */
    const char *path;    /* borrowed */
    uint64_t pixels;     /* hash of its pixels */
    uint64_t volume;     /* its volume's content, or 0 */
    int32_t position;
    int8_t sex;
    float age;
} row;

struct import_writer {
    lb_h5 *file;
    import_names names; /* one for each call, the last one not twice */
    row *rows;
    size_t count, capacity, pixels;
    bool failed;
};

void
import_writer_close(import_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    lb_free(writer->rows);
    import_release_names(&writer->names);
    lb_h5_close(writer->file);
    lb_free(writer);
}

lb_h5 *
import_writer_file(import_writer *writer)
{
    return writer->file;
}

size_t
import_writer_rows(const import_writer *writer)
{
    return writer->count;
}

lb_status
import_writer_open(import_writer **out, const char *path, size_t height, size_t width,
                   const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    import_writer *writer = NULL;
    const size_t shape[3] = {0, height, width};
    LB_ALLOC(writer, 1);
    writer->pixels = height * width;
    LB_TRY(lb_h5_create(&writer->file, path, "slices", 1, context, err));
    LB_TRY(lb_h5_reserve_growing(writer->file, "image", LB_F32, 3, shape, err));
    *out = writer;
    writer = NULL;
cleanup:
    import_writer_close(writer);
    return status;
}

static lb_status
make_room(import_writer *writer, size_t rows, lb_error *err)
{
    lb_status status = LB_OK;
    if (rows > writer->capacity) {
        row *larger = NULL;
        size_t capacity = 2 * rows;
        LB_ALLOC(larger, capacity);
        if (writer->count > 0) {
            memcpy(larger, writer->rows, writer->count * sizeof *larger);
        }
        lb_free(writer->rows);
        writer->rows = larger;
        writer->capacity = capacity;
    }
cleanup:
    return status;
}

lb_status
import_writer_add(import_writer *writer, const import_slices *slices, const char *path,
                  const char *subject, int8_t sex, float age, lb_error *err)
{
    lb_status status = LB_OK;
    import_names *names = &writer->names;
    size_t first = writer->count, end = first + slices->count;
    if (slices->count == 0) {
        return LB_OK;
    }
    LB_TRY(make_room(writer, end, err));
    if (names->count == 0 || strcmp(names->names[names->count - 1], subject) != 0) {
        LB_TRY(import_add_name(names, subject, err));
    }
    LB_TRY(lb_h5_grow(writer->file, "image", end, err));
    LB_TRY(
        lb_h5_write_rows(writer->file, "image", LB_F32, first, slices->count, slices->image, err));
    for (size_t i = 0; i < slices->count; i++) {
        const float *image = slices->image + i * writer->pixels;
        writer->rows[first + i] =
            (row){.subject = names->names[names->count - 1],
                  .path = path,
                  .pixels = XXH3_64bits(image, writer->pixels * sizeof *image),
                  .volume = slices->content,
                  .position = slices->position[i],
                  .sex = sex,
                  .age = age};
    }
    writer->count = end;
cleanup:
    writer->failed = writer->failed || status != LB_OK;
    return status;
}

bool
import_writer_failed(const import_writer *writer)
{
    return writer->failed;
}

void
import_writer_cut(import_writer *writer, size_t rows)
{
    writer->count = rows;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
count_different(const char **names, size_t count)
{
    size_t different = 0;
    if (count > 0) {
        qsort(names, count, sizeof *names, compare_names);
    }
    for (size_t i = 0; i < count; i++) {
        different += i == 0 || strcmp(names[i - 1], names[i]) != 0;
    }
    return different;
}

/* A slice, or its volume, by what it holds. */
typedef struct held {
    uint64_t content;
    size_t row;
} held;

static int
compare_held(const void *a, const void *b)
{
    const held *x = a, *y = b;
    if (x->content != y->content) {
        return x->content < y->content ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

/* The first row whose content is another subject's already, and that one; *found is false where all
 * are different. */
static lb_status
find_twins(bool *found, const row **first, const row **later, const import_writer *writer,
           bool volumes, lb_error *err)
{
    lb_status status = LB_OK;
    held *sorted = NULL;
    *found = false;
    LB_ALLOC(sorted, writer->count);
    for (size_t i = 0; i < writer->count; i++) {
        const row *one = writer->rows + i;
        sorted[i] = (held){volumes ? one->volume : one->pixels, i};
    }
    if (writer->count > 0) {
        qsort(sorted, writer->count, sizeof *sorted, compare_held);
    }
    for (size_t i = 1, start = 0; i < writer->count; i++) {
        const row *a = writer->rows + sorted[start].row, *b = writer->rows + sorted[i].row;
        if (sorted[i].content != sorted[start].content || (volumes && sorted[i].content == 0)) {
            start = i;
        } else if (strcmp(a->subject, b->subject) != 0 && (!*found || b < *later)) {
            *found = true;
            *first = a;
            *later = b;
        }
    }
cleanup:
    lb_free(sorted);
    return status;
}

/* One subject under two names would be in two splits, and nobody could tell. */
static lb_status
check_contents(const import_writer *writer, lb_error *err)
{
    lb_status status = LB_OK;
    bool found = false;
    const row *a = NULL, *b = NULL;
    LB_TRY(find_twins(&found, &a, &b, writer, true, err));
    if (found) {
        LB_TRY(
            lb_fail(err, LB_ERROR_ARGUMENT,
                    "%s and %s have the same content, but two subjects: '%s' and '%s' (leave one "
                    "of them out)",
                    a->path, b->path, a->subject, b->subject));
    }
    LB_TRY(find_twins(&found, &a, &b, writer, false, err));
    if (found) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s, slice %d, and %s, slice %d, have the same pixels, but two subjects: "
                       "'%s' and '%s' (leave one of them out, or give both one subject)",
                       a->path, (int)a->position, b->path, (int)b->position, a->subject,
                       b->subject));
    }
cleanup:
    return status;
}

lb_status
import_writer_finish(import_writer *writer, size_t *subjects, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = writer->file;
    size_t count = writer->count;
    const char **subject = NULL;
    int32_t *position = NULL;
    int8_t *sex = NULL;
    float *age = NULL;
    LB_TRY(check_contents(writer, err));
    LB_ALLOC(subject, count);
    LB_ALLOC(position, count);
    LB_ALLOC(sex, count);
    LB_ALLOC(age, count);
    for (size_t i = 0; i < count; i++) {
        subject[i] = writer->rows[i].subject;
        position[i] = writer->rows[i].position;
        sex[i] = writer->rows[i].sex;
        age[i] = writer->rows[i].age;
    }
    LB_TRY(lb_h5_grow(file, "image", count, err));
    LB_TRY(lb_h5_write_strings(file, "subject", count, subject, err));
    LB_TRY(lb_h5_write(file, "position", LB_I32, 1, &count, position, err));
    LB_TRY(lb_h5_write(file, "sex", LB_I8, 1, &count, sex, err));
    LB_TRY(lb_h5_write(file, "age", LB_F32, 1, &count, age, err));
    *subjects = count_different(subject, count);
    LB_TRY(lb_h5_set_number(file, "", "subjects", (double)*subjects, err));
    LB_TRY(lb_h5_commit(file, err));
cleanup:
    lb_free(age);
    lb_free(sex);
    lb_free(position);
    lb_free(subject);
    return status;
}
