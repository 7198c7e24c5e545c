/* SPDX-License-Identifier: MIT */
#include "lesionbench/seen.h"

#include "lesionbench/leak.h"
#include "lesionbench/weights.h"

lb_status
seen_read(char **out, const char *model, lb_error *err)
{
    lb_status status = LB_OK;
    lb_weights *weights = NULL;
    *out = NULL;
    if (model == NULL) {
        *out = lb_strdup("", err);
        return *out == NULL ? err->code : LB_OK;
    }
    LB_TRY(lb_weights_open(&weights, model, err));
    const char *seen = lb_weights_metadata(weights, LB_SEEN_KEY);
    if (seen != NULL) {
        *out = lb_strdup(seen, err);
        LB_TRY(*out == NULL ? err->code : LB_OK);
    }
cleanup:
    lb_weights_close(weights);
    return status;
}

lb_status
lb_model_leak(lb_leak *out, bool *known, const char *model, const char *data, lb_error *err)
{
    lb_status status = LB_OK;
    lb_subject_splits splits = {.count = 0};
    char *seen = NULL;
    LB_TRY(seen_read(&seen, model, err));
    LB_TRY(lb_subject_splits_has(known, data, err));
    if (*known) {
        LB_TRY(lb_subject_splits_read(&splits, data, err));
    }
    lb_seen_leak(out, seen, &splits);
cleanup:
    lb_free(seen);
    lb_subject_splits_release(&splits);
    return status;
}

lb_status
seen_write(lb_network *network, const char *seen, lb_error *err)
{
    return seen == NULL ? LB_OK : lb_network_set_metadata(network, LB_SEEN_KEY, seen, err);
}

lb_status
seen_slices(char **seen, lb_slices *slices, const uint8_t *split, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = lb_slices_subjects(slices);
    lb_fingerprint whole, *subjects = NULL;
    bool *included = NULL;
    char *longer = NULL;
    LB_ALLOC(subjects, count);
    LB_ALLOC(included, count);
    for (size_t i = 0; i < count; i++) {
        lb_subject_fingerprint(subjects + i, lb_slices_subject_name(slices, i));
    }
    for (size_t i = 0; i < lb_slices_count(slices); i++) {
        const lb_slice_info *info = lb_slices_at(slices, i);
        included[info->subject] |=
            info->sex != LB_SEX_UNKNOWN && split[info->subject] != LB_HOLDOUT;
    }
    LB_TRY(lb_slices_fingerprint(&whole, slices, err));
    LB_TRY(lb_seen_add(&longer, *seen, &whole, subjects, included, count, err));
    lb_free(*seen);
    *seen = longer;
cleanup:
    lb_free(included);
    lb_free(subjects);
    return status;
}

lb_status
seen_dataset(lb_network *network, const char *data, lb_error *err)
{
    lb_status status = LB_OK;
    lb_subject_splits splits = {.count = 0};
    bool known = false, *included = NULL;
    char *seen = NULL;
    const char *before = lb_network_metadata(network, LB_SEEN_KEY);
    LB_TRY(lb_subject_splits_has(&known, data, err));
    if (known) {
        LB_TRY(lb_subject_splits_read(&splits, data, err));
        LB_ALLOC(included, splits.count);
        for (size_t i = 0; i < splits.count; i++) {
            included[i] = (splits.splits[i] & (1 << LB_TRAIN | 1 << LB_VALIDATION)) != 0;
        }
        LB_TRY(lb_seen_add(&seen, before, &splits.slices, splits.subjects, included, splits.count,
                           err));
    } else {
        LB_TRY(lb_seen_add_unknown(&seen, before, err));
    }
    LB_TRY(seen_write(network, seen, err));
cleanup:
    lb_free(seen);
    lb_free(included);
    lb_subject_splits_release(&splits);
    return status;
}
