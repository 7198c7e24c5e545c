/* SPDX-License-Identifier: MIT */
/* Contact sheets: what slices, lesions, datasets and explanations look like, on one picture. */
#ifndef LESIONBENCH_PICTURE_H
#define LESIONBENCH_PICTURE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LB_PICTURE_ITEMS = 24, LB_PICTURE_MOST_ITEMS = 200 };

/* Writes a contact sheet (PNG) of a slices, lesions, dataset or explanations file: at most `items`
 * panels (0: LB_PICTURE_ITEMS), evenly chosen, of each shape, or of each split and class; of
 * explanations, as many images of each method, and at least 4. Brains are turned so that columns
 * run upwards: the front is at the top of axial slices. Truths are outlined in their class's
 * colour. The same picture for the same file. A panel has at most 340 pixels a side.
 *
 * LB_ERROR_UNSUPPORTED for other formats, LB_ERROR_ARGUMENT where out is the file itself or items
 * are too many, LB_ERROR_FORMAT for files with nothing to show. Never leaves a part of a picture.
 */
lb_status lb_contact_sheet_write(const char *out, const char *path, size_t items,
                                 const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
