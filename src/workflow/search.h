/* SPDX-License-Identifier: MIT */
/* The search: which learning rate a corpus is fine-tuned with at a degree, and the accuracy that
 * networks are matched at. Both are read off training curves that earlier stages have written, so
 * that every stage which asks hears the same. */
#ifndef LB_WORKFLOW_SEARCH_H
#define LB_WORKFLOW_SEARCH_H

#include "stages.h"

/* What is kept of several trainings: which of them, and which of its epochs. */
typedef struct search_choice {
    size_t training, epoch;
} search_choice;

/* Of all epochs of all trainings the one that the options' rule keeps: the checkpoint's, or the
 * nearest to the target accuracy. Of equal ones that of the earlier training, then the earlier one.
 * A training without epochs has diverged; where all have, .training is count. */
search_choice search_pick(const lb_history *trainings, size_t count,
                          const lb_training_options *options);

/* The stage of the search with this rate, by index. Its output is the training curve, with no epoch
 * where the training diverged; the model stands beside it, unless that was so or somebody removed
 * it.
 */
size_t search_trial(const stage_list *list, size_t corpus, size_t degree, size_t rate);
/* The model's path; the caller's (lb_free). */
char *search_trial_model(const stage *trial, lb_error *err);
/* The rate to train with, by its index in rates; 0 where there is one. target: as in
 * lb_training_options. */
lb_status search_choose(size_t *rate, const stage_list *list, const plan_rates *rates,
                        size_t corpus, size_t degree, double target, lb_error *err);

/* Whether the accuracy that a degree is matched at comes from the best models of another. */
bool search_target_hangs_on(const lb_study *study, size_t degree, size_t other);
/* The accuracy that a degree is matched at; 0 where it is not. Of several seeds the mean counts. */
lb_status search_target(double *out, const stage_list *list, size_t degree, lb_error *err);
/* Whether the matched models are trained as the best ones are, so that they are the same. */
lb_status search_shares_best(bool *out, const lb_study *study, size_t corpus, size_t degree,
                             lb_error *err);

/* tables/search.csv: a row for each model, and for each rate that was tried instead. */
lb_status search_table_write(const stage_list *list, const char *path, lb_error *err);

#endif
