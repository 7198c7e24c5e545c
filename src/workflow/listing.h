/* SPDX-License-Identifier: MIT */
/* Describes stages in words: what is to be done and why, the graph, what was done. */
#ifndef LB_WORKFLOW_LISTING_H
#define LB_WORKFLOW_LISTING_H

#include "manifest.h"

/* A line for each group of stages that the folder holds and that will be made anew, with the
 * reason. */
lb_status listing_say_changes(const stage_list *list, const manifest_facts *facts,
                              const lb_study_listener *listener, lb_error *err);
/* A line for each stage: its kind's revision, its state with the reason, its estimated memory and
 * its inputs. */
lb_status listing_say_graph(const stage_list *list, const lb_study_listener *listener,
                            lb_error *err);
/* One line for each kind of stage. */
void listing_summarise(lb_study_summary *summary, const stage_list *list, size_t peak);

#endif
