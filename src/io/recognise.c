/* SPDX-License-Identifier: MIT */
#include "lesionbench/recognise.h"

#include <string.h>

#include "lesionbench/file_bytes.h"
#include "lesionbench/weights.h"
#include "little_endian.h"

static const struct {
    const char *ending;
    lb_file_kind kind;
} ENDINGS[] = {
    {".safetensors", LB_FILE_MODEL}, {".pt", LB_FILE_MODEL},     {".pth", LB_FILE_MODEL},
    {".nii", LB_FILE_NIFTI},         {".nii.gz", LB_FILE_NIFTI}, {".hdr", LB_FILE_NIFTI},
    {".csv", LB_FILE_CSV},           {".pkl", LB_FILE_PICKLE},   {".pickle", LB_FILE_PICKLE},
    {".npy", LB_FILE_NPY},           {".h5", LB_FILE_HDF5},      {".hdf5", LB_FILE_HDF5},
};

lb_file_kind
lb_recognise_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        size_t end = strlen(ENDINGS[i].ending);
        if (length > end && strcmp(name + length - end, ENDINGS[i].ending) == 0) {
            return ENDINGS[i].kind;
        }
    }
    return strstr(name, "idx") != NULL || strstr(name, "ubyte") != NULL ? LB_FILE_IDX
                                                                        : LB_FILE_UNKNOWN;
}

/* A safetensors file begins with the length of its header, which fits into the file. */
static bool
is_model(const uint8_t *start, size_t length, size_t bytes)
{
    lb_weights_format format = lb_weights_recognise(start, length);
    return format == LB_WEIGHTS_SAFETENSORS ? lb_load_u64(start) <= bytes - sizeof(uint64_t)
                                            : format != LB_WEIGHTS_NONE;
}

static lb_file_kind
by_content(const uint8_t *start, size_t length, size_t bytes)
{
    enum { NIFTI_1 = 348, NIFTI_2 = 540, IDX_BYTES = 8, IDX_AXES = 8, PROTO = 0x80, NEWEST = 5 };
    static const uint8_t H5[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    static const uint8_t NPY[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    if (length >= sizeof H5 && memcmp(start, H5, sizeof H5) == 0) {
        return LB_FILE_HDF5;
    }
    if (length >= sizeof NPY && memcmp(start, NPY, sizeof NPY) == 0) {
        return LB_FILE_NPY;
    }
    if (length < 4) {
        return LB_FILE_UNKNOWN;
    }
    uint32_t little = lb_load_u32(start);
    uint32_t big =
        (uint32_t)start[0] << 24 | (uint32_t)start[1] << 16 | (uint32_t)start[2] << 8 | start[3];
    if (little == NIFTI_1 || little == NIFTI_2 || big == NIFTI_1 || big == NIFTI_2) {
        /* a safetensors' header may be as long; its ninth byte tells */
        return is_model(start, length, bytes) ? LB_FILE_MODEL : LB_FILE_NIFTI;
    }
    if (is_model(start, length, bytes)) {
        return LB_FILE_MODEL;
    }
    if (start[0] == PROTO && start[1] >= 2 && start[1] <= NEWEST) {
        return LB_FILE_PICKLE;
    }
    bool idx = start[0] == 0 && start[1] == 0 && start[2] >= IDX_BYTES && start[2] <= 0x0E &&
               start[3] >= 1 && start[3] <= IDX_AXES;
    return idx ? LB_FILE_IDX : LB_FILE_UNKNOWN;
}

lb_status
lb_recognise(lb_file_kind *out, size_t *bytes, const char *path, lb_error *err)
{
    uint8_t start[LB_WEIGHTS_START] = {0};
    FILE *stream = NULL;
    lb_status status = lb_file_open(&stream, bytes, path, err);
    if (status != LB_OK) {
        return status;
    }
    size_t length = fread(start, 1, sizeof start, stream);
    fclose(stream);
    lb_file_kind kind = by_content(start, length, *bytes);
    *out = kind != LB_FILE_UNKNOWN ? kind : lb_recognise_name(path);
    return LB_OK;
}
