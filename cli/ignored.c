/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "lesionbench/weights.h"

void
cli_note_ignored(cli *self, const char *model)
{
    lb_weights *weights = NULL;
    lb_error unread; /* who loads the model says so */
    char names[400] = "";
    size_t count = 0;
    if (model == NULL || lb_weights_open(&weights, model, &unread) != LB_OK) {
        return;
    }
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *weight = lb_weights_at(weights, i);
        size_t used = strlen(names);
        if (weight->ignored && used + strlen(weight->name) + 3 < sizeof names) {
            snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", weight->name);
        }
        count += weight->ignored;
    }
    if (count > 0) {
        cli_note(self, "%s: %zu tensor%s no part of the network %s ignored: %s", model, count,
                 count == 1 ? " that is" : "s that are", count == 1 ? "is" : "are", names);
    }
    lb_weights_close(weights);
}
