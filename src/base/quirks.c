/* SPDX-License-Identifier: MIT */
#include "lesionbench/quirks.h"

#include <string.h>

typedef struct entry {
    const char *name, *summary;
} entry;

static const entry TABLE[LB_QUIRKS] = {
    [LB_QUIRK_DROPOUT_AT_INFERENCE] = {"dropout_at_inference",
                                       "dropout is active in validation, metrics and explanations"},
    [LB_QUIRK_ROUND_NOT_SHUFFLED] = {"round_not_shuffled",
                                     "round images always have the library's first lesions"},
    [LB_QUIRK_BOX_ARTEFACT] = {"box_artefact",
                               "lesion intensity starts at 0.1: a faint rectangle marks each box"},
    [LB_QUIRK_FIRST_BLOCK_CONV_FROZEN] = {"first_block_conv_frozen",
                                          "the first convolution of the deepest block is frozen"},
    [LB_QUIRK_SOBEL_IS_LAPLACE] = {"sobel_is_laplace",
                                   "the Sobel baseline is the signed Laplace filter"},
    [LB_QUIRK_BASELINE_TPR_USES_FP] = {"baseline_tpr_uses_fp",
                                       "baselines are scored by TP / (TP + FP)"},
    [LB_QUIRK_SENSITIVITY_SWAPPED] = {"sensitivity_swapped",
                                      "sensitivity and specificity are exchanged"},
    [LB_QUIRK_TRUTH_FROM_RESIZED_HALO] = {"truth_from_resized_halo",
                                          "every pixel above 0 after resizing is true"},
    [LB_QUIRK_SLICES_SHARED_BETWEEN_SPLITS] =
        {"slices_shared_between_splits", "splits are made by slice, so that they share subjects"},
    [LB_QUIRK_UNBOUNDED_PLACEMENT] = {"unbounded_placement",
                                      "places are drawn without end on the slice that is due"},
};

const char *
lb_quirk_name(size_t quirk)
{
    return quirk < LB_QUIRKS ? TABLE[quirk].name : NULL;
}

const char *
lb_quirk_summary(size_t quirk)
{
    return quirk < LB_QUIRKS ? TABLE[quirk].summary : NULL;
}

static size_t
nearest_quirk(const char *name)
{
    size_t nearest = 0;
    for (size_t q = 1; q < LB_QUIRKS; q++) {
        if (lb_edit_distance(name, TABLE[q].name) < lb_edit_distance(name, TABLE[nearest].name)) {
            nearest = q;
        }
    }
    return nearest;
}

/* Switches by one item, which is cut at its '='. */
static lb_status
switch_one(lb_quirk_set *set, char *item, lb_quirk_set allowed, lb_error *err)
{
    char *value = strchr(item, '=');
    if (value != NULL) {
        *value++ = '\0';
    }
    bool off = value != NULL && strcmp(value, "off") == 0;
    if (value != NULL && !off && strcmp(value, "on") != 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "quirk '%s' is on or off, not '%s'", item, value);
    }
    size_t found = nearest_quirk(item);
    if (strcmp(item, TABLE[found].name) != 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "unknown quirk '%s' (did you mean '%s'?)", item,
                       TABLE[found].name);
    }
    if ((allowed & LB_QUIRK_BIT(found)) == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "quirk '%s' does not concern this step", item);
    }
    *set = off ? *set & ~LB_QUIRK_BIT(found) : *set | LB_QUIRK_BIT(found);
    return LB_OK;
}

lb_status
lb_quirks_switch(lb_quirk_set *set, const char *list, lb_quirk_set allowed, lb_error *err)
{
    lb_status status = LB_OK;
    lb_quirk_set result = *set;
    char *copy = NULL, *rest = NULL;
    if (list == NULL) {
        return LB_OK;
    }
    copy = lb_format(err, "%s", list);
    LB_TRY(copy == NULL ? err->code : LB_OK);
    for (char *item = strtok_r(copy, ", ", &rest); item != NULL;
         item = strtok_r(NULL, ", ", &rest)) {
        LB_TRY(switch_one(&result, item, allowed, err));
    }
    *set = result;
cleanup:
    lb_free(copy);
    return status;
}

char *
lb_quirks_print(lb_quirk_set set, lb_error *err)
{
    char *text = lb_format(err, "%s", "");
    for (size_t q = 0; text != NULL && q < LB_QUIRKS; q++) {
        if (lb_quirk_is_on(set, (lb_quirk)q)) {
            char *longer =
                lb_format(err, "%s%s%s", text, text[0] != '\0' ? "," : "", TABLE[q].name);
            lb_free(text);
            text = longer;
        }
    }
    return text;
}
