/* SPDX-License-Identifier: MIT */
#include "subjects_file.h"

#include <stdio.h>
#include <string.h>

#include "column.h"

static const char GROUP[] = "subjects", NAMES[] = "subjects/fingerprint",
                  SPLITS[] = "subjects/splits", SLICES[] = "slices_fingerprint";

lb_status
lb_subject_splits_write(lb_h5 *file, lb_slices *slices, const uint8_t *splits, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = lb_slices_subjects(slices);
    lb_fingerprint whole, *subjects = NULL;
    const char **texts = NULL;
    LB_ALLOC(subjects, count);
    LB_ALLOC(texts, count);
    for (size_t i = 0; i < count; i++) {
        lb_subject_fingerprint(subjects + i, lb_slices_subject_name(slices, i));
        texts[i] = subjects[i].text;
    }
    LB_TRY(lb_slices_fingerprint(&whole, slices, err));
    LB_TRY(lb_h5_write_strings(file, NAMES, count, texts, err));
    LB_TRY(lb_h5_write(file, SPLITS, LB_U8, 1, &count, splits, err));
    LB_TRY(lb_h5_set_text(file, GROUP, SLICES, whole.text, err));
cleanup:
    lb_free(texts);
    lb_free(subjects);
    return status;
}

void
lb_subject_splits_release(lb_subject_splits *splits)
{
    lb_free(splits->splits);
    lb_free(splits->subjects);
    *splits = (lb_subject_splits){.count = 0};
}

static lb_status
read_open(lb_subject_splits *out, lb_h5 *file, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array splits = {0};
    char **names = NULL, *whole = NULL;
    size_t count = 0;
    lb_subject_splits read = {.count = 0};
    LB_TRY(lb_h5_read_strings(&names, &count, file, NAMES, err));
    LB_TRY(lb_column_read(&splits, file, NULL, SPLITS, LB_U8, count, err));
    LB_TRY(lb_h5_get_text(&whole, file, GROUP, SLICES, err));
    LB_ALLOC(read.subjects, count);
    LB_ALLOC(read.splits, count);
    read.count = count;
    snprintf(read.slices.text, sizeof read.slices.text, "%s", whole);
    for (size_t i = 0; i < count; i++) {
        snprintf(read.subjects[i].text, sizeof read.subjects[i].text, "%s", names[i]);
        read.splits[i] = ((const uint8_t *)splits.data)[i];
    }
    *out = read;
    read = (lb_subject_splits){.count = 0};
cleanup:
    lb_subject_splits_release(&read);
    lb_free(whole);
    lb_h5_free_names(names, count);
    lb_array_release(&splits);
    return status;
}

lb_status
lb_subject_splits_has(bool *out, const char *path, lb_error *err)
{
    lb_h5 *file = NULL;
    lb_status status = lb_h5_open(&file, path, "dataset", err);
    if (status == LB_OK) {
        *out = lb_h5_has(file, NAMES);
        lb_h5_close(file);
    }
    return status;
}

lb_status
lb_subject_splits_read(lb_subject_splits *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    LB_TRY(lb_h5_open(&file, path, "dataset", err));
    if (!lb_h5_has(file, NAMES)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: does not say which subjects are in its splits (make it again with "
                       "'lesionbench compose')",
                       path));
    }
    LB_TRY(read_open(out, file, err));
cleanup:
    lb_h5_close(file);
    return status;
}
