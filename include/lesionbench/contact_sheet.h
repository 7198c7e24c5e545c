/* SPDX-License-Identifier: MIT */
/* Contact sheets: one picture of many slices, lesions, images or maps of a file. */
#ifndef LESIONBENCH_CONTACT_SHEET_H
#define LESIONBENCH_CONTACT_SHEET_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LB_PICTURE_ITEMS = 24, LB_PICTURE_MAX_ITEMS = 200 };

/* Writes a contact sheet (PNG) of a slices, lesions, dataset or explanations file: at most `items`
 * panels (0: LB_PICTURE_ITEMS), evenly spaced, of each shape, or of each split and class. An
 * explanations file gives the same images for each method, at least 4. Brains are turned so that
 * columns run upwards: the front is at the top of axial slices. The ground truth is outlined in the
 * colour of its class. A panel has at most 340 pixels a side. The same file gives the same picture.
 *
 * LB_ERROR_UNSUPPORTED for other formats. LB_ERROR_ARGUMENT if out is the file itself, or if items
 * is too large. LB_ERROR_FORMAT if the file has nothing to show. out is written atomically. */
lb_status lb_contact_sheet_write(const char *out, const char *path, size_t items,
                                 const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
