/* SPDX-License-Identifier: MIT */
/* The known defects of the reference study (Oliveira et al., Frontiers in AI 2024, doi
 * 10.3389/frai.2024.1330919). Each is a switch, so that its effect can be measured. Options and
 * files call them quirks. All are off, except under the protocol `reference`, where all are on. */
#ifndef LESIONBENCH_QUIRKS_H
#define LESIONBENCH_QUIRKS_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum lb_quirk {
    LB_QUIRK_DROPOUT_AT_INFERENCE,
    LB_QUIRK_ROUND_NOT_SHUFFLED,
    LB_QUIRK_BOX_ARTEFACT,
    LB_QUIRK_FIRST_BLOCK_CONV_FROZEN,
    LB_QUIRK_SOBEL_IS_LAPLACE,
    LB_QUIRK_BASELINE_TPR_USES_FP,
    LB_QUIRK_SENSITIVITY_SWAPPED,
    LB_QUIRK_TRUTH_FROM_RESIZED_HALO,
    LB_QUIRK_SLICES_SHARED_BETWEEN_SPLITS,
    LB_QUIRK_UNBOUNDED_PLACEMENT,
    LB_QUIRKS
} lb_quirk;

typedef uint32_t lb_quirk_set; /* bit q is set if defect q is on */

#define LB_QUIRK_BIT(quirk) ((lb_quirk_set)1 << (quirk))
#define LB_ALL_QUIRKS (LB_QUIRK_BIT(LB_QUIRKS) - 1)
/* Known defects of the data. */
#define LB_DATA_QUIRKS                                                                 \
    (LB_QUIRK_BIT(LB_QUIRK_ROUND_NOT_SHUFFLED) | LB_QUIRK_BIT(LB_QUIRK_BOX_ARTEFACT) | \
     LB_QUIRK_BIT(LB_QUIRK_TRUTH_FROM_RESIZED_HALO) |                                  \
     LB_QUIRK_BIT(LB_QUIRK_SLICES_SHARED_BETWEEN_SPLITS) |                             \
     LB_QUIRK_BIT(LB_QUIRK_UNBOUNDED_PLACEMENT))

/* Known defects of fine-tuning and of prediction. */
#define LB_TRAINING_QUIRKS \
    (LB_QUIRK_BIT(LB_QUIRK_DROPOUT_AT_INFERENCE) | LB_QUIRK_BIT(LB_QUIRK_FIRST_BLOCK_CONV_FROZEN))
#define LB_PREDICTION_QUIRKS LB_QUIRK_BIT(LB_QUIRK_DROPOUT_AT_INFERENCE)

/* The known defect of explaining. */
#define LB_EXPLANATION_QUIRKS LB_QUIRK_BIT(LB_QUIRK_SOBEL_IS_LAPLACE)

const char *lb_quirk_name(size_t quirk);    /* NULL past the end; borrowed */
const char *lb_quirk_summary(size_t quirk); /* what the study does wrong, one line */
static inline bool
lb_quirk_is_on(lb_quirk_set set, lb_quirk quirk)
{
    return (set & LB_QUIRK_BIT(quirk)) != 0;
}
/* Changes *set by a list of items separated by commas, each NAME, NAME=on or NAME=off. NULL changes
 * nothing. LB_ERROR_ARGUMENT for a defect outside `allowed`: it does not concern the caller. */
lb_status lb_quirks_switch(lb_quirk_set *set, const char *list, lb_quirk_set allowed,
                           lb_error *err);
/* The names of the defects in the set, separated by commas. The caller frees it (lb_free). NULL
 * with err set. */
char *lb_quirks_print(lb_quirk_set set, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
