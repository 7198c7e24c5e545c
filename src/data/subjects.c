/* SPDX-License-Identifier: MIT */
#include "lesionbench/subjects.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "subjects_file.h"

static size_t
find_subject(const lb_subject_splits *dataset, const lb_fingerprint *subject)
{
    size_t i = 0;
    while (i < dataset->count && strcmp(dataset->subjects[i].text, subject->text) != 0) {
        i++;
    }
    return i;
}

static uint8_t
split_of_bits(uint8_t bits)
{
    return (bits >> LB_HOLDOUT & 1) != 0      ? LB_HOLDOUT
           : (bits >> LB_VALIDATION & 1) != 0 ? LB_VALIDATION
                                              : LB_TRAIN;
}

/* Splits all subjects by themselves, none of them for the holdout. */
static lb_status
split_alone(uint8_t *out, const lb_slices *slices, const double share[LB_SPLITS], uint64_t seed,
            lb_error *err)
{
    const double own[LB_SPLITS] = {fmax(share[LB_TRAIN], 1), fmax(share[LB_VALIDATION], 1), 0};
    if (lb_slices_subjects(slices) < 2) {
        out[0] = LB_TRAIN;
        return LB_OK;
    }
    return lb_split_subjects(out, slices, own, seed, err);
}

lb_status
lb_split_as_dataset(uint8_t *out, lb_slices *slices, const double share[LB_SPLITS], uint64_t seed,
                    const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_subject_splits dataset = {.count = 0};
    size_t count = lb_slices_subjects(slices), known = 0, holdout = 0;
    LB_TRY(lb_subject_splits_read(&dataset, path, err));
    LB_TRY(split_alone(out, slices, share, seed, err));
    for (size_t i = 0; i < count; i++) {
        lb_fingerprint subject;
        lb_subject_fingerprint(&subject, lb_slices_subject_name(slices, i));
        size_t found = find_subject(&dataset, &subject);
        if (found < dataset.count && dataset.splits[found] != 0) {
            out[i] = split_of_bits(dataset.splits[found]);
            known++;
            holdout += out[i] == LB_HOLDOUT;
        }
    }
    if (known == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: none of its subjects is among those of the slices: it was made of "
                       "other slices (leave out --data where that is meant)",
                       path));
    }
    if (holdout == count) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: all %zu subjects have slices in its holdout, so none is left to train "
                       "on (compose with slices_shared_between_splits=off, and without "
                       "--every-slice)",
                       path, count));
    }
cleanup:
    lb_subject_splits_release(&dataset);
    return status;
}

/* The next group of those slices in a record, after the ':'; NULL where there is none. */
static const char *
find_group(const char *seen, const lb_fingerprint *slices)
{
    size_t length = strlen(slices->text);
    for (const char *at = seen; at != NULL && *at != '\0';) {
        if (strncmp(at, slices->text, length) == 0 && at[length] == ':') {
            return at + length + 1;
        }
        at = strchr(at, ';');
        at = at != NULL ? at + 1 : NULL;
    }
    return NULL;
}

/* Whether the text before `end` (NULL: all of it) has the subject. No slices' fingerprint is taken
 * for one: a ':' follows these. */
static bool
names_subject(const char *text, const char *end, const lb_fingerprint *subject)
{
    size_t length = strlen(subject->text);
    for (const char *at = strstr(text, subject->text); at != NULL && (end == NULL || at < end);
         at = strstr(at + length, subject->text)) {
        if (at[length] != ':') {
            return true;
        }
    }
    return false;
}

static bool
is_seen(const char *seen, const lb_fingerprint *slices, const lb_fingerprint *subject)
{
    bool found = false;
    for (const char *group = find_group(seen, slices); group != NULL && !found;) {
        const char *end = strchr(group, ';');
        found = names_subject(group, end, subject);
        group = end != NULL ? find_group(end + 1, slices) : NULL;
    }
    return found;
}

lb_status
lb_seen_add(char **out, const char *seen, const lb_fingerprint *slices,
            const lb_fingerprint *subjects, const bool *included, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    const char *before = seen != NULL ? seen : "?";
    char *text = NULL;
    size_t used = strlen(before), added = 0, size = used + (count + 2) * sizeof(lb_fingerprint);
    LB_ALLOC(text, size);
    memcpy(text, before, used + 1);
    for (size_t i = 0; i < count; i++) {
        if (included[i] && !is_seen(before, slices, subjects + i)) {
            const char *comma = added++ > 0 ? "," : "";
            if (added == 1) {
                used += (size_t)snprintf(text + used, size - used, "%s%s:", used > 0 ? ";" : "",
                                         slices->text);
            }
            used += (size_t)snprintf(text + used, size - used, "%s%s", comma, subjects[i].text);
        }
    }
    *out = text;
cleanup:
    return status;
}

static bool
has_gap(const char *seen)
{
    return seen == NULL || strchr(seen, '?') != NULL;
}

lb_status
lb_seen_add_unknown(char **out, const char *seen, lb_error *err)
{
    bool known = !has_gap(seen) && seen[0] != '\0';
    char *text = known ? lb_format(err, "%s;?", seen)
                       : lb_strdup(seen == NULL || seen[0] == '\0' ? "?" : seen, err);
    *out = text;
    return text == NULL ? err->code : LB_OK;
}

void
lb_seen_leak(lb_leak *out, const char *seen, const lb_subject_splits *dataset)
{
    *out = (lb_leak){.unknown = has_gap(seen)};
    for (size_t i = 0; i < dataset->count; i++) {
        if ((dataset->splits[i] >> LB_HOLDOUT & 1) == 0) {
            continue;
        }
        out->holdout++;
        if (seen != NULL && is_seen(seen, &dataset->slices, dataset->subjects + i)) {
            out->seen++;
        } else if (seen != NULL && names_subject(seen, NULL, dataset->subjects + i)) {
            out->alike++;
        }
    }
}
