/* SPDX-License-Identifier: MIT */
/* Sheets of lesion libraries and of explanations. */
#include "drawing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/lesions.h"

typedef struct lesion_source {
    lb_lesion_library library;
    lb_shape shape[LB_SHAPES]; /* of each section */
    size_t shown[LB_SHAPES];
    float *image; /* the largest lesion */
} lesion_source;

static void
close_lesions(void *source)
{
    lesion_source *self = source;
    if (self != NULL) {
        lb_free(self->image);
        lb_lesions_release(&self->library);
        lb_free(self);
    }
}

static lb_status
read_lesion(drawing_item *out, void *source, size_t section, size_t item, lb_error *err)
{
    lesion_source *self = source;
    lb_shape shape = self->shape[section];
    size_t index = drawing_pick(item, self->shown[section], self->library.count[shape]);
    const lb_lesion *lesion = &self->library.lesions[shape][index];
    double max = 0;
    (void)err;
    for (size_t i = 0; i < lesion->height * lesion->width; i++) {
        self->image[i] = (float)lesion->mask[i];
        max = fmax(max, lesion->mask[i]);
    }
    *out = (drawing_item){.height = lesion->height,
                          .width = lesion->width,
                          .image = self->image,
                          .maximum = fmax(max, 1e-30)};
    snprintf(out->caption[0], SHEET_CAPTION, "compactness %.3f", lesion->compactness);
    snprintf(out->caption[1], SHEET_CAPTION, "no. %zu, %zu x %zu", index, lesion->height,
             lesion->width);
    return LB_OK;
}

static void
plan_lesions(drawing *out, lesion_source *self, size_t items)
{
    static const char *const NAMES[] = {"round", "irregular", "distractors"};
    size_t shapes = 0;
    for (size_t i = 0; i < LB_SHAPES; i++) {
        shapes += self->library.count[i] > 0;
        for (size_t k = 0; k < self->library.count[i]; k++) {
            const lb_lesion *lesion = &self->library.lesions[i][k];
            out->height = lesion->height > out->height ? lesion->height : out->height;
            out->width = lesion->width > out->width ? lesion->width : out->width;
        }
    }
    size_t each = shapes > 0 && items > shapes ? items / shapes : 1;
    for (size_t i = 0; i < LB_SHAPES; i++) {
        size_t count = self->library.count[i], section = out->section_count;
        if (count > 0) {
            self->shape[section] = (lb_shape)i;
            self->shown[section] = each < count ? each : count;
            out->sections[section].count = self->shown[section];
            snprintf(out->sections[section].title, SHEET_TEXT, "%s: %zu", NAMES[i], count);
            out->section_count++;
        }
    }
}

lb_status
drawing_of_lesions(drawing *out, const char *path, size_t items, lb_error *err)
{
    lb_status status = LB_OK;
    lesion_source *self = NULL;
    LB_ALLOC(self, 1);
    LB_TRY(lb_lesions_load(&self->library, path, err));
    *out = (drawing){.lines = 2, .source = self, .read = read_lesion, .close = close_lesions};
    plan_lesions(out, self, items);
    if (out->section_count == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: has no lesions to show", path));
    }
    LB_ALLOC(self->image, out->height * out->width);
    snprintf(out->title, SHEET_TEXT, "%.60s: lesion masks", drawing_name(path));
    snprintf(out->note, SHEET_TEXT, "Each mask from 0 (black) to its own maximum.");
    self = NULL;
cleanup:
    close_lesions(self);
    return status;
}

/* Every section is a method; it has the same images in all. */
typedef struct map_source {
    lb_h5 *file;
    char **methods; /* groups with a `map` */
    size_t method_count, count, shown;
    size_t height, width;
    int32_t *index; /* image of each row, or NULL */
    float *raw, *turned;
} map_source;

/* Maps to show of each method, where there are many methods. */
enum { MIN_MAPS = 4 };

static void
close_maps(void *source)
{
    map_source *self = source;
    if (self != NULL) {
        lb_free(self->turned);
        lb_free(self->raw);
        lb_free(self->index);
        lb_h5_free_names(self->methods, self->method_count);
        lb_h5_close(self->file);
        lb_free(self);
    }
}

static lb_status
read_map(drawing_item *out, void *source, size_t section, size_t item, lb_error *err)
{
    lb_status status = LB_OK;
    map_source *self = source;
    size_t row = drawing_pick(item, self->shown, self->count);
    char *name = lb_format(err, "%s/map", self->methods[section]);
    if (name == NULL) {
        return err->code;
    }
    LB_TRY(lb_h5_read_rows(self->file, name, LB_F32, row, 1, self->raw, err));
    drawing_turn(self->turned, self->raw, self->height, self->width);
    LB_TRY(drawing_quantile(&out->maximum, self->raw, self->height * self->width, 0.995, err));
    out->height = self->width;
    out->width = self->height;
    out->image = self->turned;
    out->heat = true;
    snprintf(out->caption[0], SHEET_CAPTION, "image %ld",
             self->index != NULL ? (long)self->index[row] : (long)row);
cleanup:
    lb_free(name);
    return status;
}

/* Whether a method has maps; *count, *height and *width are theirs. */
static lb_status
look_at(bool *there, size_t shape[LB_MAX_RANK], map_source *self, const char *method, lb_error *err)
{
    size_t rank = 0;
    lb_error absent;
    char *name = lb_format(err, "%s/map", method);
    if (name == NULL) {
        return err->code;
    }
    *there = lb_h5_shape(&rank, shape, self->file, name, &absent) == LB_OK && rank == 3 &&
             shape[0] > 0 && shape[1] > 0 && shape[2] > 0;
    lb_free(name);
    return LB_OK;
}

/* Brings the methods that have maps, of the first one's shape, to the front. */
static lb_status
find_maps(size_t *methods, map_source *self, lb_error *err)
{
    lb_status status = LB_OK;
    size_t found = 0;
    for (size_t i = 0; i < self->method_count && found < SHEET_SECTIONS; i++) {
        size_t shape[LB_MAX_RANK];
        bool there = false;
        LB_TRY(look_at(&there, shape, self, self->methods[i], err));
        if (there && found == 0) {
            self->count = shape[0];
            self->height = shape[1];
            self->width = shape[2];
        }
        if (there && shape[0] == self->count && shape[1] == self->height &&
            shape[2] == self->width) {
            char *swap = self->methods[found];
            self->methods[found++] = self->methods[i];
            self->methods[i] = swap;
        }
    }
    if (found == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: has no maps (they are kept with --keep maps)",
                       lb_h5_path(self->file)));
    }
    *methods = found;
cleanup:
    return status;
}

static lb_status
read_index(map_source *self, lb_error *err)
{
    lb_status status = LB_OK;
    size_t rank = 0, shape[LB_MAX_RANK];
    lb_error absent;
    if (lb_h5_shape(&rank, shape, self->file, "index", &absent) == LB_OK && rank == 1 &&
        shape[0] == self->count) {
        LB_ALLOC(self->index, self->count);
        LB_TRY(lb_h5_read_rows(self->file, "index", LB_I32, 0, self->count, self->index, err));
    }
cleanup:
    return status;
}

lb_status
drawing_of_maps(drawing *out, const char *path, size_t items, lb_error *err)
{
    lb_status status = LB_OK;
    map_source *self = NULL;
    size_t methods = 0, pixels = 0;
    LB_ALLOC(self, 1);
    LB_TRY(lb_h5_open(&self->file, path, "explanations", err));
    LB_TRY(lb_h5_members(&self->methods, &self->method_count, self->file, "", err));
    LB_TRY(find_maps(&methods, self, err));
    LB_TRY(read_index(self, err));
    LB_TRY(lb_multiply(&pixels, self->height, self->width, err));
    LB_ALLOC(self->raw, pixels);
    LB_ALLOC(self->turned, pixels);
    size_t each = items / methods > MIN_MAPS ? items / methods : MIN_MAPS;
    self->shown = each < self->count ? each : self->count;
    *out = (drawing){.lines = 1,
                     .height = self->width,
                     .width = self->height,
                     .section_count = methods,
                     .source = self,
                     .read = read_map,
                     .close = close_maps};
    for (size_t i = 0; i < methods; i++) {
        out->sections[i].count = self->shown;
        snprintf(out->sections[i].title, SHEET_TEXT, "%.120s", self->methods[i]);
    }
    snprintf(out->title, SHEET_TEXT, "%.60s: maps of %zu of %zu images", drawing_name(path),
             self->shown, self->count);
    snprintf(out->note, SHEET_TEXT,
             "Each map from 0 (dark) to its 99.5th percentile (light), "
             "turned: columns run upwards.");
    self = NULL;
cleanup:
    close_maps(self);
    return status;
}
