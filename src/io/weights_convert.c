/* SPDX-License-Identifier: MIT */
/* Elements of files as float32. */
#include <string.h>

#include "little_endian.h"
#include "weights_internal.h"

enum { BYTES_AT_ONCE = 1 << 22 };

static float
from_bits(uint32_t bits)
{
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. float32 has them all. */
static float
from_half(uint16_t half)
{
    enum { BIAS_DIFFERENCE = 127 - 15, HALF_MAX_EXPONENT = 0x1F, FRACTION_SHIFT = 23 - 10 };
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, fraction = half & 0x3FF;
    uint32_t exponent = half >> 10 & HALF_MAX_EXPONENT;
    if (exponent == 0) { /* subnormal: units of 2^-24 */
        float value = (float)fraction * 0x1p-24F;
        return sign != 0 ? -value : value;
    }
    exponent = exponent == HALF_MAX_EXPONENT ? 0xFF : exponent + BIAS_DIFFERENCE;
    return from_bits(sign | exponent << 23 | fraction << FRACTION_SHIFT);
}

static float
from_double(const uint8_t *at)
{
    double value = 0;
    uint64_t bits = lb_load_u64(at);
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

/* `count` elements that lie `step` bytes apart. */
static void
convert_run(float *out, const uint8_t *at, lb_element element, size_t count, size_t step)
{
    switch (element) {
    case LB_ELEMENT_F16:
        for (size_t i = 0; i < count; i++) {
            out[i] = from_half(lb_load_u16(at + i * step));
        }
        break;
    case LB_ELEMENT_BF16:
        for (size_t i = 0; i < count; i++) {
            out[i] = from_bits((uint32_t)lb_load_u16(at + i * step) << 16);
        }
        break;
    case LB_ELEMENT_F32:
        for (size_t i = 0; i < count; i++) {
            out[i] = from_bits(lb_load_u32(at + i * step));
        }
        break;
    case LB_ELEMENT_F64:
        for (size_t i = 0; i < count; i++) {
            out[i] = from_double(at + i * step);
        }
        break;
    default:
        break; /* lb_weights_is_real() */
    }
}

bool
lb_weights_is_real(const lb_weight *weight)
{
    const lb_weight_place *place = weight->place;
    return place->known && (place->element == LB_ELEMENT_F16 || place->element == LB_ELEMENT_BF16 ||
                            place->element == LB_ELEMENT_F32 || place->element == LB_ELEMENT_F64);
}

/* A run without gaps, piece by piece. */
static void
convert_whole(float *out, const uint8_t *at, lb_element element, size_t count)
{
    size_t size = lb_element_size(element), piece = BYTES_AT_ONCE / size;
    for (size_t done = 0; done < count; done += piece) {
        size_t length = count - done < piece ? count - done : piece;
        convert_run(out + done, at + done * size, element, length, size);
        lb_file_map_forget(at + done * size, length * size);
    }
}

/* Whether the elements lie as those of a row-major array, one after another. */
static bool
is_whole(const lb_weight *weight)
{
    size_t elements = 1;
    for (size_t axis = weight->rank; axis-- > 0;) {
        if (weight->shape[axis] != 1 && weight->place->strides[axis] != elements) {
            return false;
        }
        elements *= weight->shape[axis];
    }
    return true;
}

/* Row by row along the last axis. */
static void
convert_strided(float *out, const lb_weight *weight)
{
    const lb_weight_place *place = weight->place;
    size_t index[LB_MAX_RANK] = {0}, first = 0, last = 0;
    size_t axis = weight->rank - 1, size = lb_element_size(place->element);
    size_t length = weight->shape[axis], stride = place->strides[axis];
    for (size_t done = 0; done < weight->count; done += length) {
        convert_run(out + done, place->bytes + first * size, place->element, length, stride * size);
        for (size_t at = axis; at-- > 0;) {
            first += place->strides[at];
            if (++index[at] < weight->shape[at]) {
                break;
            }
            first -= index[at] * place->strides[at];
            index[at] = 0;
        }
    }
    for (size_t at = 0; at < weight->rank; at++) {
        last += (weight->shape[at] - 1) * place->strides[at];
    }
    lb_file_map_forget(place->bytes, (last + 1) * size);
}

void
lb_weights_convert(float *out, const lb_weight *weight)
{
    if (weight->count == 0) {
        return;
    }
    if (is_whole(weight)) {
        convert_whole(out, weight->place->bytes, weight->place->element, weight->count);
    } else {
        convert_strided(out, weight);
    }
}
