/* SPDX-License-Identifier: MIT */
/* Numbers in files, least byte first, at any address. */
#ifndef LB_IO_LITTLE_ENDIAN_H
#define LB_IO_LITTLE_ENDIAN_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t
lb_load_bytes(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

static inline uint16_t
lb_load_u16(const uint8_t *at)
{
    return (uint16_t)lb_load_bytes(at, sizeof(uint16_t));
}

static inline uint32_t
lb_load_u32(const uint8_t *at)
{
    return (uint32_t)lb_load_bytes(at, sizeof(uint32_t));
}

static inline uint64_t
lb_load_u64(const uint8_t *at)
{
    return lb_load_bytes(at, sizeof(uint64_t));
}

#endif
