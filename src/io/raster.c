/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lesionbench/file_bytes.h"
#include "raster_internal.h"

static const struct {
    const char *bytes;
    size_t length;
    const raster_format *format;
} SIGNATURES[] = {{"\211PNG\r\n\032\n", 8, &RASTER_PNG}, {"\377\330\377", 3, &RASTER_JPEG}};

static const raster_format *
recognise(const char *start, size_t size)
{
    for (size_t i = 0; i < sizeof SIGNATURES / sizeof *SIGNATURES; i++) {
        size_t length = SIGNATURES[i].length;
        if (size >= length && memcmp(start, SIGNATURES[i].bytes, length) == 0) {
            return SIGNATURES[i].format;
        }
    }
    return NULL;
}

lb_status
lb_raster_open(lb_raster **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_raster *raster = NULL;
    char start[8];
    LB_ALLOC(raster, 1);
    raster->path = lb_strdup(path, err);
    LB_TRY(raster->path != NULL ? LB_OK : err->code);
    LB_TRY(lb_file_open(&raster->stream, &raster->file_size, path, err));
    size_t got = fread(start, 1, sizeof start, raster->stream);
    raster->format = recognise(start, got);
    if (raster->format == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is neither a PNG nor a JPEG picture", path));
    }
    if (fseeko(raster->stream, 0, SEEK_SET) != 0) {
        LB_TRY(lb_fail_errno(err, "%s: cannot seek", path));
    }
    LB_TRY(raster->format->open(raster, err));
    *out = raster;
    raster = NULL;
cleanup:
    lb_raster_close(raster);
    return status;
}

void
lb_raster_close(lb_raster *raster)
{
    if (raster == NULL) {
        return;
    }
    if (raster->state != NULL) {
        raster->format->close(raster);
    }
    if (raster->stream != NULL) {
        fclose(raster->stream);
    }
    lb_free(raster->path);
    lb_free(raster);
}

size_t
lb_raster_height(const lb_raster *raster)
{
    return raster->height;
}

size_t
lb_raster_width(const lb_raster *raster)
{
    return raster->width;
}

lb_status
lb_raster_read(float *out, lb_raster *raster, lb_error *err)
{
    if (raster->next >= raster->height) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: has no row %zu", raster->path, raster->next);
    }
    lb_status status = raster->format->row(out, raster, err);
    raster->next++;
    return status;
}

lb_status
raster_check_size(const lb_raster *raster, size_t height, size_t width, double pixels_per_byte,
                  lb_error *err)
{
    const size_t most = LB_RASTER_MAX_SIDE;
    double pixels = (double)height * (double)width;
    if (height == 0 || width == 0 || pixels > pixels_per_byte * (double)raster->file_size) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the picture claims %zu x %zu pixels, which its %zu bytes cannot hold",
                       raster->path, height, width, raster->file_size);
    }
    if (height > most || width > most || pixels > LB_RASTER_MAX_PIXELS) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: a picture of %zu x %zu pixels is too large (%zu a side, %d in all at "
                       "most)",
                       raster->path, height, width, most, LB_RASTER_MAX_PIXELS);
    }
    return LB_OK;
}

lb_status
raster_fail(const lb_raster *raster, const char *reason, lb_error *err)
{
    return lb_fail(err, LB_ERROR_FORMAT, "%s: the picture is damaged or truncated: %s",
                   raster->path, reason);
}
