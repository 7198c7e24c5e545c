/* SPDX-License-Identifier: MIT */
/* Sheets of slices and of datasets. */
#include "drawing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/dataset.h"
#include "lesionbench/slices.h"

/* Share of a slice's pixels that are shown below white. */
static const double WHITE = 0.995;

typedef struct slice_source {
    lb_slices *slices;
    size_t shown;
    float *raw, *turned; /* one image each */
} slice_source;

static void
close_slices(void *source)
{
    slice_source *self = source;
    if (self != NULL) {
        lb_free(self->turned);
        lb_free(self->raw);
        lb_slices_close(self->slices);
        lb_free(self);
    }
}

static void
caption_slice(drawing_item *out, const slice_source *self, size_t index)
{
    const lb_slice_info *info = lb_slices_at(self->slices, index);
    const char *sex = info->sex == LB_FEMALE ? ", female" : (info->sex == LB_MALE ? ", male" : "");
    snprintf(out->caption[0], SHEET_CAPTION, "%.*s%s", SHEET_CAPTION - 10,
             lb_slices_subject_name(self->slices, info->subject), sex);
    snprintf(out->caption[1], SHEET_CAPTION, "position %ld", (long)info->position);
    if (isfinite(info->age)) {
        snprintf(out->caption[1], SHEET_CAPTION, "position %ld, age %.0f", (long)info->position,
                 (double)info->age);
    }
}

static lb_status
read_slice(drawing_item *out, void *source, size_t section, size_t item, lb_error *err)
{
    lb_status status = LB_OK;
    slice_source *self = source;
    size_t height = lb_slices_height(self->slices), width = lb_slices_width(self->slices);
    size_t index = drawing_pick(item, self->shown, lb_slices_count(self->slices));
    (void)section;
    LB_TRY(lb_slices_read(self->raw, self->slices, index, err));
    drawing_turn(self->turned, self->raw, height, width);
    LB_TRY(drawing_quantile(&out->maximum, self->raw, height * width, WHITE, err));
    out->height = width;
    out->width = height;
    out->image = self->turned;
    caption_slice(out, self, index);
cleanup:
    return status;
}

/* Whether the file says that its brains are simulated, and with what in them. */
static lb_status
describe_slices(drawing *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    char *background = NULL;
    double simulated = 0;
    LB_TRY(lb_h5_open(&file, path, "slices", err));
    if (lb_h5_has_attribute(file, "", "simulated")) {
        LB_TRY(lb_h5_get_number(&simulated, file, "", "simulated", err));
    }
    if (simulated != 0 && lb_h5_has_attribute(file, "", "background")) {
        LB_TRY(lb_h5_get_text(&background, file, "", "background", err));
    }
    bool noise = background != NULL && background[0] == 'n';
    snprintf(out->note, SHEET_TEXT, "%s%s",
             simulated != 0 ? (noise ? "Simulated, with 1/f noise for anatomy. " : "Simulated. ")
                            : "",
             "Each slice from 0 (black) to its 99.5th percentile, turned: columns run upwards.");
cleanup:
    lb_free(background);
    lb_h5_close(file);
    return status;
}

lb_status
drawing_of_slices(drawing *out, const char *path, size_t items, lb_error *err)
{
    lb_status status = LB_OK;
    slice_source *self = NULL;
    size_t pixels = 0;
    LB_ALLOC(self, 1);
    LB_TRY(lb_slices_open(&self->slices, path, err));
    size_t height = lb_slices_height(self->slices), width = lb_slices_width(self->slices);
    size_t count = lb_slices_count(self->slices);
    self->shown = items < count ? items : count;
    if (count == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: has no slices to show", path));
    }
    LB_TRY(lb_multiply(&pixels, height, width, err));
    LB_ALLOC(self->raw, pixels);
    LB_ALLOC(self->turned, pixels);
    *out =
        (drawing){.lines = 2, .height = width, .width = height, .section_count = 1, .source = self};
    out->sections[0].count = self->shown;
    LB_TRY(describe_slices(out, path, err));
    snprintf(out->title, SHEET_TEXT, "%.60s: %zu of %zu slices of %zu subjects, %zu x %zu pixels",
             drawing_name(path), self->shown, count, lb_slices_subjects(self->slices), height,
             width);
    out->read = read_slice;
    out->close = close_slices;
    self = NULL;
cleanup:
    close_slices(self);
    return status;
}

/* Every section is a split; its first panels are round, the others irregular. */
typedef struct dataset_source {
    lb_dataset *dataset;
    lb_split split[LB_SPLITS]; /* of each section */
    size_t shown[LB_SPLITS][2];
    bool shapes;                /* the label is the lesions' shape */
    float *raw, *image, *truth; /* one image each */
} dataset_source;

static void
close_dataset(void *source)
{
    dataset_source *self = source;
    if (self != NULL) {
        lb_free(self->truth);
        lb_free(self->image);
        lb_free(self->raw);
        lb_dataset_close(self->dataset);
        lb_free(self);
    }
}

static size_t
count_label(const lb_dataset *dataset, lb_split split, uint8_t label)
{
    size_t found = 0;
    for (size_t i = 0; i < lb_dataset_count(dataset, split); i++) {
        found += lb_dataset_labels(dataset, split)[i] == label;
    }
    return found;
}

/* The n-th image with a label. */
static size_t
find_label(const lb_dataset *dataset, lb_split split, uint8_t label, size_t n)
{
    for (size_t i = 0; i < lb_dataset_count(dataset, split); i++) {
        if (lb_dataset_labels(dataset, split)[i] == label && n-- == 0) {
            return i;
        }
    }
    return 0;
}

static lb_status
read_example(drawing_item *out, void *source, size_t section, size_t item, lb_error *err)
{
    lb_status status = LB_OK;
    dataset_source *self = source;
    lb_split split = self->split[section];
    const lb_dataset *dataset = self->dataset;
    size_t height = lb_dataset_height(dataset), width = lb_dataset_width(dataset);
    uint8_t label = item >= self->shown[section][0];
    size_t place = label == 0 ? item : item - self->shown[section][0];
    size_t nth =
        drawing_pick(place, self->shown[section][label], count_label(dataset, split, label));
    size_t index = find_label(dataset, split, label, nth);
    LB_TRY(lb_dataset_read(self->raw, NULL, self->dataset, split, index, 1, err));
    drawing_turn(self->image, self->raw, height, width);
    LB_TRY(lb_dataset_read(NULL, self->raw, self->dataset, split, index, 1, err));
    drawing_turn(self->truth, self->raw, height, width);
    unsigned lesions = lb_dataset_lesion_counts(dataset, split)[index];
    *out = (drawing_item){.height = width,
                          .width = height,
                          .image = self->image,
                          .truth = self->truth,
                          .maximum = 1,
                          .ink = colour_of_class(label)};
    const char *shape = label == 0 ? "round " : "irregular ", *plural = lesions == 1 ? "" : "s";
    snprintf(out->caption[0], SHEET_CAPTION, "%u %slesion%s", lesions, self->shapes ? shape : "",
             plural);
    snprintf(out->caption[1], SHEET_CAPTION, "image %zu, slice %ld", index,
             (long)lb_dataset_slices(dataset, split)[index]);
cleanup:
    return status;
}

/* The sections, and how many of each class are shown in them. */
static lb_status
plan_dataset(drawing *out, dataset_source *self, const char *path, size_t items, lb_error *err)
{
    size_t splits = 0;
    for (size_t i = 0; i < LB_SPLITS; i++) {
        splits += lb_dataset_count(self->dataset, (lb_split)i) > 0;
    }
    if (splits == 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: has no images to show", path);
    }
    size_t each = items / (2 * splits) > 0 ? items / (2 * splits) : 1;
    for (size_t i = 0; i < LB_SPLITS; i++) {
        lb_split split = (lb_split)i;
        size_t total = lb_dataset_count(self->dataset, split);
        if (total == 0) {
            continue;
        }
        size_t section = out->section_count++;
        self->split[section] = split;
        for (uint8_t label = 0; label < 2; label++) {
            size_t there = count_label(self->dataset, split, label);
            self->shown[section][label] = each < there ? each : there;
            out->sections[section].count += self->shown[section][label];
        }
        snprintf(out->sections[section].title, SHEET_TEXT, "%s: %zu images", lb_split_name(split),
                 total);
    }
    return LB_OK;
}

/* True where an attribute is there and says something else than `usual`. */
static lb_status
differs(bool *out, lb_h5 *file, const char *attribute, const char *usual, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    *out = false;
    if (lb_h5_has_attribute(file, "", attribute)) {
        LB_TRY(lb_h5_get_text(&text, file, "", attribute, err));
        *out = strcmp(text, usual) != 0;
    }
cleanup:
    lb_free(text);
    return status;
}

/* What the colours and the spots without an outline are. */
static lb_status
describe_dataset(drawing *out, dataset_source *self, const char *path, lb_error *err)
{
    static const char *const SHAPES[] = {"round (class 0)", "irregular (class 1)"};
    static const char *const OTHERS[] = {"class 0", "class 1"};
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    bool other = false;
    double distractors = 0;
    LB_TRY(lb_h5_open(&file, path, "dataset", err));
    LB_TRY(differs(&other, file, "label_by", "shape", err));
    if (lb_h5_has_attribute(file, "", "distractors")) {
        LB_TRY(lb_h5_get_number(&distractors, file, "", "distractors", err));
    }
    self->shapes = !other;
    for (size_t label = 0; label < 2; label++) {
        out->classes[label] = (other ? OTHERS : SHAPES)[label];
    }
    snprintf(out->note, SHEET_TEXT, "Outlines: the true explanation.%s %s",
             distractors > 0 ? " Spots without one are distractors." : "",
             "Images from 0 (black) to 1, turned: columns run upwards.");
cleanup:
    lb_h5_close(file);
    return status;
}

lb_status
drawing_of_dataset(drawing *out, const char *path, size_t items, lb_error *err)
{
    lb_status status = LB_OK;
    dataset_source *self = NULL;
    size_t pixels = 0;
    LB_ALLOC(self, 1);
    LB_TRY(lb_dataset_open(&self->dataset, path, err));
    size_t height = lb_dataset_height(self->dataset), width = lb_dataset_width(self->dataset);
    LB_TRY(lb_multiply(&pixels, height, width, err));
    LB_ALLOC(self->raw, pixels);
    LB_ALLOC(self->image, pixels);
    LB_ALLOC(self->truth, pixels);
    *out = (drawing){.lines = 2, .height = width, .width = height, .source = self};
    LB_TRY(plan_dataset(out, self, path, items, err));
    LB_TRY(describe_dataset(out, self, path, err));
    snprintf(out->title, SHEET_TEXT, "%.60s: images of %zu x %zu pixels", drawing_name(path),
             height, width);
    out->read = read_example;
    out->close = close_dataset;
    self = NULL;
cleanup:
    close_dataset(self);
    return status;
}
