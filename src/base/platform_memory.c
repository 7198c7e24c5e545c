/* SPDX-License-Identifier: MIT */
/* The memory that this process may still take: what Linux says in /proc and of control groups. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/base.h"

enum { LONGEST_LINE = 512, LONGEST_PATH = 1024 };

/* The whole number of bytes that is the first line of a file; UINT64_MAX for "max" and no file. */
static uint64_t
read_limit(const char *folder, const char *name)
{
    char path[LONGEST_PATH + LONGEST_LINE], line[LONGEST_LINE] = "";
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "r");
    if (stream == NULL) {
        return UINT64_MAX;
    }
    bool read = fgets(line, sizeof line, stream) != NULL;
    fclose(stream);
    return read && line[0] >= '0' && line[0] <= '9' ? strtoull(line, NULL, 10) : UINT64_MAX;
}

static uint64_t
min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The smallest limit of a control group and those above it. */
static uint64_t
group_limit(const char *root, const char *group, const char *name)
{
    char folder[LONGEST_PATH];
    uint64_t limit = UINT64_MAX;
    snprintf(folder, sizeof folder, "%s%s", root, group);
    while (strncmp(folder, root, strlen(root)) == 0) {
        limit = min(limit, read_limit(folder, name));
        *strrchr(folder, '/') = '\0';
    }
    return limit;
}

/* Of this process's control groups, version 1 ("4:memory:/GROUP") and 2 ("0::/GROUP"). */
static uint64_t
groups_limit(void)
{
    char line[LONGEST_LINE];
    uint64_t limit = UINT64_MAX;
    FILE *stream = fopen("/proc/self/cgroup", "r");
    while (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *first = strstr(line, ":memory:/");
        if (strncmp(line, "0::/", 4) == 0) {
            limit = min(limit, group_limit("/sys/fs/cgroup", line + 3, "memory.max"));
        } else if (first != NULL) {
            limit = min(limit, group_limit("/sys/fs/cgroup/memory", first + strlen(":memory:"),
                                           "memory.limit_in_bytes"));
        }
    }
    if (stream != NULL) {
        fclose(stream);
    }
    return limit;
}

size_t
lb_available_memory(void)
{
    static const char KEY[] = "MemAvailable:";
    char line[LONGEST_LINE];
    uint64_t kilobytes = 0;
    FILE *stream = fopen("/proc/meminfo", "r");
    while (stream != NULL && kilobytes == 0 && fgets(line, sizeof line, stream) != NULL) {
        if (strncmp(line, KEY, strlen(KEY)) == 0) {
            kilobytes = strtoull(line + strlen(KEY), NULL, 10);
        }
    }
    if (stream != NULL) {
        fclose(stream);
    }
    return kilobytes > 0 ? (size_t)min(kilobytes * 1024, groups_limit()) : 0;
}
