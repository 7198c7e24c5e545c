/* SPDX-License-Identifier: MIT */
/* The subjects of the slices in dataset.h5. */
#ifndef LB_DATA_SUBJECTS_FILE_H
#define LB_DATA_SUBJECTS_FILE_H

#include "lesionbench/h5.h"
#include "lesionbench/subjects.h"

/* Writes subjects/fingerprint (S strings), subjects/splits (S, uint8) and their attribute
 * slices_fingerprint. splits: as in lb_subject_splits. */
lb_status lb_subject_splits_write(lb_h5 *file, lb_slices *slices, const uint8_t *splits,
                                  lb_error *err);

#endif
