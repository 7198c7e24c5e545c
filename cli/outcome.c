/* SPDX-License-Identifier: MIT */
/* What trainings, predictions and scores come to, in the words of a command's last line. */
#include "outcome.h"

#include <math.h>
#include <string.h>

#include "lesionbench/score.h"

void
outcome_accuracy(char *out, size_t size, size_t correct, size_t images, size_t largest)
{
    double count = images > 0 ? (double)images : 1, chance = (double)largest / count;
    lb_range range = lb_range_of_share(correct, images);
    int length = snprintf(out, size, "accuracy %.3f on %zu images (%.3f to %.3f)",
                          (double)correct / count, images, range.low, range.high);
    if (length > 0 && (size_t)length < size && range.low <= chance) {
        snprintf(out + length, size - (size_t)length,
                 ", %s chance: the largest class is %.3f of them",
                 chance <= range.high ? "at" : "below", chance);
    }
}

void
outcome_training(cli *self, const char *model, const lb_training_outcome *outcome)
{
    char accuracy[200];
    if (outcome->kept == 0) {
        cli_result(self, "%s: the weights as they were given", model);
        return;
    }
    double correct = outcome->epoch.validation_accuracy * (double)outcome->validation;
    outcome_accuracy(accuracy, sizeof accuracy, (size_t)(correct + 0.5), outcome->validation,
                     outcome->largest);
    cli_result(self, "%.200s: epoch %zu of %zu kept; validation %s; training accuracy %.3f", model,
               outcome->kept, outcome->epochs, accuracy, outcome->epoch.train_accuracy);
}

void
outcome_predictions(cli *self, const char *path, const lb_predictions *p)
{
    char accuracy[200];
    uint32_t labelled[LB_MAX_CLASSES] = {0};
    size_t correct = 0, largest = 0, classes = 0;
    bool answered[LB_MAX_CLASSES] = {false};
    for (size_t i = 0; i < p->count; i++) {
        classes += !answered[p->predicted[i]];
        answered[p->predicted[i]] = true;
        if (p->labels != NULL) {
            size_t of_class = ++labelled[p->labels[i]];
            largest = of_class > largest ? of_class : largest;
            correct += p->labels[i] == p->predicted[i];
        }
    }
    if (p->labels != NULL) {
        outcome_accuracy(accuracy, sizeof accuracy, correct, p->count, largest);
        cli_result(self, "%.200s: %s", path, accuracy);
    } else {
        cli_result(self, "%.200s: %zu images, predicted to be of %zu of the %zu classes", path,
                   p->count, classes, p->classes);
    }
}

/* The median TPR of a method's rows, NaN where it has none. values: room for all rows. */
static double
median_tpr(double *values, const lb_score_rows *rows, const char *method)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        double tpr = lb_score_row_tpr(&rows->rows[i]);
        if (strcmp(rows->rows[i].method, method) == 0 && !isnan(tpr)) {
            values[count++] = tpr;
        }
    }
    return count > 0 ? lb_quantile(values, count, 0.5) : (double)NAN;
}

static bool
stands_before(const lb_score_rows *rows, size_t index)
{
    for (size_t i = index; i > 0; i--) { /* most often right before */
        if (strcmp(rows->rows[index].method, rows->rows[i - 1].method) == 0) {
            return true;
        }
    }
    return false;
}

lb_status
outcome_scores(cli *self, const char *path, const lb_score_rows *rows, lb_error *err)
{
    lb_status status = LB_OK;
    double *values = NULL, best = -1;
    const char *winner = NULL;
    char highest[160] = "";
    size_t methods = 0;
    LB_ALLOC(values, rows->count);
    for (size_t i = 0; i < rows->count; i++) {
        if (!stands_before(rows, i)) {
            double median = median_tpr(values, rows, rows->rows[i].method);
            winner = median > best ? rows->rows[i].method : winner;
            best = fmax(median, best);
            methods++;
        }
    }
    if (winner != NULL) {
        snprintf(highest, sizeof highest, "; the highest median TPR is %.3f, of %s", best, winner);
    }
    cli_result(self, "%.200s: scores of %zu map%s, %zu method%s%s", path, rows->count,
               rows->count == 1 ? "" : "s", methods, methods == 1 ? "" : "s", highest);
cleanup:
    lb_free(values);
    return status;
}
