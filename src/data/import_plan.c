/* SPDX-License-Identifier: MIT */
#include "import_internal.h"

void
import_release_item(import_item *item)
{
    lb_free(item->subject);
    lb_free(item->label);
    lb_free(item->mask);
    lb_free(item->path);
}

void
import_plan_release(import_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        import_release_item(plan->items + i);
    }
    for (size_t i = 0; i < plan->source_count; i++) {
        lb_free(plan->sources[i].people);
    }
    lb_free(plan->items);
    lb_free(plan->sources);
    lb_free(plan->other_tables);
    *plan = (import_plan){.items = NULL};
}
