/* SPDX-License-Identifier: MIT */
/* What every part of the HDF5 files uses: messages of failures, closing, how files are opened. */
#include "h5_internal.h"

#include <errno.h>

void
lb_h5_drop(hid_t id)
{
    if (id >= 0) {
        H5Idec_ref(id);
    }
}

/* HDF5 need not lock: writers hold a lock already, finished files never change, and some cluster
 * file systems cannot lock at all. */
hid_t
lb_h5_access_properties(void)
{
    hid_t properties = H5Pcreate(H5P_FILE_ACCESS);
    if (properties >= 0 && (H5Pset_fclose_degree(properties, H5F_CLOSE_STRONG) < 0 ||
                            H5Pset_file_locking(properties, false, true) < 0)) {
        lb_h5_drop(properties);
        properties = H5I_INVALID_HID;
    }
    return properties;
}

lb_status
lb_h5_fail_write(const lb_h5 *file, const char *name, lb_error *err)
{
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO) {
        return lb_fail_errno(err, "%s: cannot write", file->path);
    }
    return lb_fail(err, LB_ERROR_IO, "%s: cannot write \"%s\"", file->path, name);
}

lb_status
lb_h5_fail_read(const lb_h5 *file, const char *name, lb_error *err)
{
    return lb_fail(err, LB_ERROR_FORMAT, "%s: cannot read \"%s\": the file is damaged or truncated",
                   file->path, name);
}
