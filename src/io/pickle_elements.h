/* SPDX-License-Identifier: MIT */
/* Single elements of arrays, as files have them. */
#ifndef LB_IO_PICKLE_ELEMENTS_H
#define LB_IO_PICKLE_ELEMENTS_H

#include "lesionbench/pickle.h"

/* BOOL, INT or REAL; false where a uint64 is beyond INT64_MAX. at needs no alignment. */
bool lb_pickle_load_value(lb_value *out, lb_element element, const uint8_t *at, bool swapped);

#endif
