/* SPDX-License-Identifier: MIT */
/* Subjects: names that tell them apart, their sex and age, and their slices among their volumes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

static int
compare_labels(const void *a, const void *b)
{
    const import_item *first = *(import_item *const *)a, *second = *(import_item *const *)b;
    int order = strcmp(first->label, second->label);
    return order != 0 ? order : (first->source > second->source) - (first->source < second->source);
}

/* Items of one array: as equal subjects come in the plan's order. */
static int
compare_subjects(const void *a, const void *b)
{
    const import_item *first = *(import_item *const *)a, *second = *(import_item *const *)b;
    int order = strcmp(first->subject, second->subject);
    return order != 0 ? order : (first > second) - (first < second);
}

static lb_status
name_subject(import_item *item, const import_source *source, bool shared, lb_error *err)
{
    if (!shared || source->path[0] == '\0') {
        item->subject = lb_strdup(item->label, err);
    } else if (strcmp(source->path, item->path) == 0) {
        item->subject = lb_strdup(item->path, err);
    } else {
        item->subject = lb_format(err, "%s/%s", source->path, item->label);
    }
    return item->subject != NULL ? LB_OK : err->code;
}

/* Labels that two sources have are different subjects. */
static lb_status
name_subjects(const import_plan *plan, import_item **order, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    if (count > 0) {
        qsort(order, count, sizeof *order, compare_labels);
    }
    for (size_t first = 0, end = 0; first < count; first = end) {
        while (end < count && strcmp(order[first]->label, order[end]->label) == 0) {
            end++;
        }
        bool shared = order[first]->source != order[end - 1]->source;
        for (size_t i = first; i < end; i++) {
            LB_TRY(name_subject(order[i], plan->sources + order[i]->source, shared, err));
        }
    }
cleanup:
    return status;
}

/* The slices of a subject come from all its volumes, as many of each as can be. */
static void
share_slices(import_item **volumes, size_t count, const lb_import_options *options)
{
    size_t wanted = options->slices_per_subject;
    for (size_t i = 0; i < count; i++) {
        bool all = wanted == 0 || options->position_count > 0;
        volumes[i]->wanted = all ? IMPORT_ALL : wanted * (i + 1) / count - wanted * i / count;
    }
}

/* Where the volumes of the next subject begin. */
static size_t
end_of_subject(import_item **order, size_t first, size_t count)
{
    size_t end = first;
    while (end < count && strcmp(order[first]->subject, order[end]->subject) == 0) {
        end++;
    }
    return end;
}

static void
give_person(import_item **volumes, size_t count, const char *name, const import_people *people,
            lb_import_report *report)
{
    const import_person *person = import_people_find(people, name);
    for (size_t i = 0; i < count && person != NULL; i++) {
        volumes[i]->sex = person->sex;
        volumes[i]->age = person->age;
    }
    if (person == NULL && report->unlisted++ == 0) {
        snprintf(report->first, sizeof report->first, "%s", volumes[0]->subject);
    }
}

/* Volumes are found by their subjects' names. */
static lb_status
check_named(const import_people *people, const char *path, lb_error *err)
{
    return people->named ? LB_OK
                         : lb_fail(err, LB_ERROR_FORMAT,
                                   "%s: has no column 'participant_id' (or 'subject'); its header "
                                   "is line %zu",
                                   path, people->table.header_line);
}

/* A source's own table knows its labels. */
static lb_status
give_own_people(const import_plan *plan, size_t source, import_item **order, size_t count,
                lb_import_report *report, lb_error *err)
{
    import_people people = {.rows = NULL};
    lb_status status = import_people_read(&people, plan->sources[source].people, err);
    LB_TRY(status);
    LB_TRY(check_named(&people, plan->sources[source].people, err));
    for (size_t first = 0, end = 0; first < count; first = end) {
        end = end_of_subject(order, first, count);
        if (order[first]->source == source) {
            give_person(order + first, end - first, order[first]->label, &people, report);
        }
    }
cleanup:
    import_people_release(&people);
    return status;
}

/* order: the volumes, those of a subject (which are of one source) in a row. */
static lb_status
give_people(const import_plan *plan, import_item **order, size_t count,
            const import_people *by_hand, const lb_import_options *options,
            lb_import_report *report, lb_error *err)
{
    lb_status status = LB_OK;
    if (by_hand != NULL && count > 0) {
        LB_TRY(check_named(by_hand, options->participants, err));
    }
    for (size_t first = 0, end = 0; first < count; first = end) {
        end = end_of_subject(order, first, count);
        share_slices(order + first, end - first, options);
        if (by_hand != NULL) {
            give_person(order + first, end - first, order[first]->subject, by_hand, report);
        }
    }
    for (size_t source = 0; by_hand == NULL && source < plan->source_count; source++) {
        if (plan->sources[source].people != NULL) {
            LB_TRY(give_own_people(plan, source, order, count, report, err));
        }
    }
cleanup:
    return status;
}

/* Arrays that stand alone may have a table without names. */
static lb_status
match_rows(import_plan *plan, const import_people *people, size_t volumes, size_t slices,
           size_t subjects, const lb_import_options *options, lb_error *err)
{
    plan->rows = IMPORT_BY_NAME;
    if (people == NULL || volumes > 0) {
        return LB_OK;
    }
    if (people->count != slices && people->count != subjects) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: has %zu rows, but there are %zu slices of %zu subjects (one row for "
                       "each slice, or for each subject, in their order)",
                       options->participants, people->count, slices, subjects);
    }
    plan->rows = people->count == slices ? IMPORT_BY_SLICE : IMPORT_BY_SUBJECT;
    return LB_OK;
}

lb_status
import_assign(import_plan *plan, const import_people *people, const lb_import_options *options,
              lb_import_report *report, lb_error *err)
{
    lb_status status = LB_OK;
    import_item **order = NULL;
    size_t used = 0, volumes = 0, slices = 0, subjects = 0;
    size_t together = options->array_slices_per_subject;
    LB_ALLOC(order, plan->count);
    for (size_t i = 0; i < plan->count; i++) {
        import_item *item = plan->items + i;
        if (!item->bad) {
            order[used++] = item;
        }
        if (!item->bad && item->kind != IMPORT_VOLUME) {
            item->first = slices;
            item->first_name = subjects;
            slices += item->slices;
            subjects += (item->slices + together - 1) / together;
        }
    }
    LB_TRY(name_subjects(plan, order, used, err));
    for (size_t i = 0; i < used; i++) {
        if (order[i]->kind == IMPORT_VOLUME) {
            order[volumes++] = order[i];
        }
    }
    if (volumes > 0) {
        qsort(order, volumes, sizeof *order, compare_subjects);
    }
    LB_TRY(give_people(plan, order, volumes, people, options, report, err));
    LB_TRY(match_rows(plan, people, volumes, slices, subjects, options, err));
cleanup:
    lb_free(order);
    return status;
}
