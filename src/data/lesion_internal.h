/* SPDX-License-Identifier: MIT */
/* How lesions are found: private to lesions.c and the lesion_*.c beside it. */
#ifndef LB_DATA_LESION_INTERNAL_H
#define LB_DATA_LESION_INTERNAL_H

#include "lesionbench/lesions.h"

typedef struct lesion_list {
    size_t count, capacity;
    lb_lesion *lesions;
} lesion_list;

void lesion_list_release(lesion_list *list);
/* Takes the lesion over. */
lb_status lesion_list_append(lesion_list *list, lb_lesion *lesion, lb_error *err);

/* What one thread needs for a noise field. */
typedef struct lesion_workspace lesion_workspace;
lb_status lesion_workspace_create(lesion_workspace **out, lb_error *err);
void lesion_workspace_free(lesion_workspace *workspace); /* accepts NULL */

/* Appends the lesions of the noise field of that seed to the lists, in the order they are found.
 * Shapes that are not wanted are left out. */
lb_status lesion_field_search(lesion_list out[LB_SHAPES], lesion_workspace *workspace,
                              uint32_t seed, const bool wanted[LB_SHAPES],
                              const lb_lesion_options *options, lb_error *err);

/* What the sum of a softened blob should be before it is enlarged. */
double lesion_expected_mass(const lb_lesion_options *options);
bool lesion_has_expected_mass(const double *soft, size_t count, const lb_lesion_options *options);
/* Gives the pixels of an enlarged soft mask the values of a profile that is the same for all
 * lesions, by their rank. *fits = false where the mask has too few pixels above 0. */
lb_status lesion_match(bool *fits, double *mask, size_t count, const lb_lesion_options *options,
                       lb_error *err);
/* Softens the edge of a blob (height x width, 0 and 1) and enlarges it; out->mask stays NULL where
 * the result has not the right mass or cannot be matched. */
lb_status lesion_soften(lb_lesion *out, const uint8_t *blob, size_t height, size_t width,
                        lb_shape shape, const lb_lesion_options *options, lb_error *err);

#endif
