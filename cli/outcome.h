/* SPDX-License-Identifier: MIT */
/* What commands have in common to say at their end, by cli_result(). */
#ifndef LB_CLI_OUTCOME_H
#define LB_CLI_OUTCOME_H

#include "cli.h"
#include "lesionbench/pipeline.h"
#include "lesionbench/predictions.h"
#include "lesionbench/tables.h"

/* "accuracy 0.912 on 400 images (0.880 to 0.936)" with Wilson's 95 % interval. Adds "at chance"
 * where the share of the largest class is within the interval, "below chance" where it is above. */
void outcome_accuracy(char *out, size_t size, size_t correct, size_t images, size_t largest);
void outcome_training(cli *self, const char *model, const lb_training_outcome *outcome);
void outcome_predictions(cli *self, const char *path, const lb_predictions *predictions);
lb_status outcome_scores(cli *self, const char *path, const lb_score_rows *rows, lb_error *err);

#endif
