/* A disk that forgets: preloaded into a host, it keeps beside the host's folder what a power cut would leave, and can
 * make the disk fail.
 *
 * Bytes survive once fsync or fdatasync of their file has been called; sync_file_range does not count. Names survive
 * once their folder was synced (BANSHI_SHIM_NAMES=synced), or at once and in order, as a journaling file system has
 * it (=ordered). What is written in a way that this file does not see (mmap, io_uring, raw system calls) does not
 * survive: such a host would be found to lose writes, never wrongly passed. A shared writable mapping of a file below
 * the root ends the process, because its pages could be copied by accident.
 *
 *   BANSHI_SHIM_ROOT                folder that is watched; an absolute path
 *   BANSHI_SHIM_SHADOW              what survives: SHADOW/names/@a@b has the names in the folder a/b below the root (@ for
 *                                   the root), files with their bytes, folders empty; SHADOW/objects is this file's own
 *   BANSHI_SHIM_IGNORES_FDATASYNC   fdatasync of files whose path ends so does nothing
 *   BANSHI_SHIM_FULL_AFTER          bytes that may be written below the root before ENOSPC
 *   BANSHI_SHIM_LOG_TOO             standard error counts too, where it is a file below the root; else it is left alone
 *   BANSHI_SHIM_READ_ONLY           opening for writing and changing names below the root is EROFS
 *   BANSHI_SHIM_KILL_AT             the n-th change below the root (from 1) is the process's end by SIGKILL, before it is done
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) {
        fprintf(stderr, "shim: no %s\n", name);
        _exit(99);
    }
    return found;
}

struct range { off_t at; size_t length; };
/* A file or folder below the root, by its inode. */
struct file {
    dev_t device;
    ino_t inode;
    char object[4096];
    struct range *dirty;
    size_t dirty_count, dirty_room;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *root, *shadow, *ignored;
static int ordered, read_only;
static struct stat log_file;
static long long budget = -1, kill_at = -1, changes;
static struct file *files;
static size_t file_count;

static void begin(void) {
    root = getenv("BANSHI_SHIM_ROOT");
    shadow = getenv("BANSHI_SHIM_SHADOW");
    ignored = getenv("BANSHI_SHIM_IGNORES_FDATASYNC");
    read_only = getenv("BANSHI_SHIM_READ_ONLY") != NULL;
    const char *names = getenv("BANSHI_SHIM_NAMES"), *full = getenv("BANSHI_SHIM_FULL_AFTER");
    const char *end = getenv("BANSHI_SHIM_KILL_AT");
    ordered = names && strcmp(names, "ordered") == 0;
    if (!getenv("BANSHI_SHIM_LOG_TOO")) fstat(STDERR_FILENO, &log_file);
    if (full) budget = atoll(full);
    if (end) kill_at = atoll(end);
    /* Children (the compiler) write nothing that has to survive. */
    unsetenv("LD_PRELOAD");
}

/* The constructor: before the program's own threads. */
__attribute__((constructor)) static void start(void) { pthread_once(&once, begin); }

/* The path below the root that `path` (relative to `folder`) names, "" for the root itself; NULL if it lies elsewhere. */
static const char *below(int folder, const char *path, char *whole) {
    pthread_once(&once, begin);
    if (!root || !path) return NULL;
    if (path[0] != '/') {
        char link[64], base[4096];
        if (folder == AT_FDCWD) return NULL;
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, base, sizeof base - 1);
        if (length < 0) return NULL;
        base[length] = 0;
        if (snprintf(whole, 4096, "%s/%s", base, path) >= 4096) return NULL;
    } else if (snprintf(whole, 4096, "%s", path) >= 4096) {
        return NULL;
    }
    size_t length = strlen(root);
    if (strncmp(whole, root, length) != 0) return NULL;
    if (whole[length] == 0) return whole + length;
    return whole[length] == '/' ? whole + length + 1 : NULL;
}

/* The path below the root of an open file, unless it is the log. */
static const char *of_fd(int fd, char *whole) {
    char link[64], path[4096];
    struct stat found;
    pthread_once(&once, begin);
    if (log_file.st_ino && fstat(fd, &found) == 0 && found.st_ino == log_file.st_ino && found.st_dev == log_file.st_dev)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return below(AT_FDCWD, path, whole);
}

/* Something below the root is about to change. */
static void change(void) {
    if (kill_at > 0 && __atomic_add_fetch(&changes, 1, __ATOMIC_SEQ_CST) == kill_at) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
}

/* Where the surviving names of the folder `rel` are: a flat list of folders, because a folder's names can be synced
 * before its own name is. */
static void names_of(char *out, const char *rel, size_t length) {
    int at = snprintf(out, 4096, "%s/names/@", shadow);
    for (size_t n = 0; n < length && at < 4094; n++) out[at++] = rel[n] == '/' ? '@' : rel[n];
    out[at] = 0;
}

/* Where the surviving name `rel` is. */
static void surviving(char *out, const char *rel) {
    const char *last = strrchr(rel, '/');
    names_of(out, rel, last ? (size_t)(last - rel) : 0);
    size_t at = strlen(out);
    snprintf(out + at, 4096 - at, "/%s", last ? last + 1 : rel);
}

static struct file *known(const struct stat *found) {
    for (size_t n = 0; n < file_count; n++)
        if (files[n].inode == found->st_ino && files[n].device == found->st_dev) return &files[n];
    return NULL;
}

/* The file of an inode, entered if it is new. One that was there before has what survives under its name. */
static struct file *enter(const char *rel, const struct stat *found, int created) {
    struct file *file = known(found);
    if (file || !shadow) return file;
    files = realloc(files, (file_count + 1) * sizeof *files);
    file = &files[file_count];
    memset(file, 0, sizeof *file);
    file->device = found->st_dev;
    file->inode = found->st_ino;
    snprintf(file->object, sizeof file->object, "%s/objects/%zu", shadow, file_count++);
    char name[4096];
    surviving(name, rel);
    if (S_ISREG(found->st_mode) && (created || link(name, file->object) != 0)) {
        int fd = REAL(open)(file->object, O_CREAT | O_WRONLY, found->st_mode & 0777);
        if (fd >= 0) close(fd);
    }
    return file;
}

static void forget(const struct stat *found) {
    struct file *file = known(found);
    if (file && found->st_nlink <= 1) file->inode = 0, file->device = 0, file->dirty_count = 0;
}

static void dirty(struct file *file, off_t at, size_t length) {
    if (file->dirty_count) {
        struct range *last = &file->dirty[file->dirty_count - 1];
        if (last->at + (off_t)last->length == at) {
            last->length += length;
            return;
        }
    }
    if (file->dirty_count == file->dirty_room) {
        file->dirty_room = file->dirty_room ? 2 * file->dirty_room : 16;
        file->dirty = realloc(file->dirty, file->dirty_room * sizeof *file->dirty);
    }
    file->dirty[file->dirty_count++] = (struct range){at, length};
}

/* Gives the file at `object` the name `rel` in the surviving tree. */
static void name_object(const char *object, const char *rel) {
    char name[4096], aside[4096];
    struct stat now, wanted;
    surviving(name, rel);
    if (stat(object, &wanted) != 0) return;
    if (lstat(name, &now) == 0 && now.st_ino == wanted.st_ino) return;
    snprintf(aside, sizeof aside, "%s/aside", shadow);
    REAL(unlink)(aside);
    if (REAL(link)(object, aside) == 0) REAL(rename)(aside, name);
}

/* A synced file: what was written to it since survives from now on. */
static void keep_bytes(int fd, struct file *file, const struct stat *found) {
    static char buffer[1 << 20];
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int from = REAL(open)(path, O_RDONLY | O_CLOEXEC), to = REAL(open)(file->object, O_WRONLY | O_CLOEXEC);
    if (from < 0 || to < 0) {
        fprintf(stderr, "shim: cannot keep what was synced: %s\n", strerror(errno));
        _exit(99);
    }
    for (size_t n = 0; n < file->dirty_count; n++) {
        struct range rest = file->dirty[n];
        while (rest.length) {
            size_t most = rest.length < sizeof buffer ? rest.length : sizeof buffer;
            ssize_t got = pread(from, buffer, most, rest.at);
            if (got <= 0) break;
            if (REAL(pwrite)(to, buffer, got, rest.at) != got) _exit(99);
            rest.at += got, rest.length -= got;
        }
    }
    file->dirty_count = 0;
    REAL(ftruncate)(to, found->st_size);
    close(from), close(to);
}

/* A synced folder: its names survive as they are now. */
static void keep_names(const char *rel) {
    char path[4096], name[4096], child[4096];
    struct stat found;
    struct dirent *entry;
    snprintf(path, sizeof path, "%s/%s", root, rel);
    names_of(name, rel, strlen(rel));
    REAL(mkdir)(name, 0700);
    DIR *folder = opendir(path);
    while (folder && (entry = readdir(folder))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        snprintf(child, sizeof child, "%s%s%s", rel, *rel ? "/" : "", entry->d_name);
        if (fstatat(dirfd(folder), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
        surviving(name, child);
        if (S_ISDIR(found.st_mode)) REAL(mkdir)(name, 0700);
        if (S_ISREG(found.st_mode)) name_object(enter(child, &found, 0)->object, child);
    }
    if (folder) closedir(folder);
    names_of(name, rel, strlen(rel));
    folder = opendir(name);
    while (folder && (entry = readdir(folder))) {
        snprintf(path, sizeof path, "%s/%s/%s", root, rel, entry->d_name);
        if (lstat(path, &found) == 0 || errno != ENOENT) continue;
        if (REAL(unlinkat)(dirfd(folder), entry->d_name, 0) != 0) REAL(unlinkat)(dirfd(folder), entry->d_name, AT_REMOVEDIR);
    }
    if (folder) closedir(folder);
}

static int sync_of(int fd, int data_only) {
    char whole[4096];
    struct stat found;
    const char *rel = fstat(fd, &found) == 0 && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode)) ? of_fd(fd, whole) : NULL;
    if (rel) {
        size_t length = strlen(rel), tail = ignored ? strlen(ignored) : 0;
        if (data_only && tail && length >= tail && !strcmp(rel + length - tail, ignored)) return 0;
        change();
        pthread_mutex_lock(&lock);
        struct file *file = S_ISREG(found.st_mode) ? enter(rel, &found, 0) : NULL;
        if (shadow && file && fstat(fd, &found) == 0) keep_bytes(fd, file, &found);
        if (shadow && S_ISDIR(found.st_mode)) keep_names(rel);
        pthread_mutex_unlock(&lock);
    }
    return data_only ? REAL(fdatasync)(fd) : REAL(fsync)(fd);
}
int fsync(int fd) { return sync_of(fd, 0); }
int fdatasync(int fd) { return sync_of(fd, 1); }

/* How many of `length` bytes the disk takes; -1 where it is full. */
static ssize_t room(size_t length) {
    if (budget < 0) return length;
    if (budget == 0) {
        errno = ENOSPC;
        return -1;
    }
    ssize_t most = (long long)length < budget ? (ssize_t)length : budget;
    budget -= most;
    return most;
}

/* Writes to a file below the root, at `at` or, below 0, where the file stands. */
static ssize_t put(int fd, const void *bytes, size_t length, off_t at) {
    char whole[4096];
    struct stat found;
    ssize_t done;
    const char *rel = fstat(fd, &found) == 0 && S_ISREG(found.st_mode) ? of_fd(fd, whole) : NULL;
    if (!rel) return at < 0 ? REAL(write)(fd, bytes, length) : REAL(pwrite)(fd, bytes, length, at);
    change();
    pthread_mutex_lock(&lock);
    ssize_t most = room(length);
    if (most < 0) {
        done = -1;
    } else {
        done = at < 0 ? REAL(write)(fd, bytes, most) : REAL(pwrite)(fd, bytes, most, at);
        struct file *file = done > 0 ? enter(rel, &found, 0) : NULL;
        if (file) dirty(file, at < 0 ? lseek(fd, 0, SEEK_CUR) - done : at, done);
    }
    int kept = errno;
    pthread_mutex_unlock(&lock);
    errno = kept;
    return done;
}
ssize_t write(int fd, const void *bytes, size_t length) { return put(fd, bytes, length, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return put(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) { return put(fd, bytes, length, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
    char whole[4096];
    struct stat found;
    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) || !of_fd(fd, whole)) return REAL(writev)(fd, parts, count);
    for (int n = 0; n < count; n++)
        if (parts[n].iov_len) return put(fd, parts[n].iov_base, parts[n].iov_len, -1);
    return 0;
}

int ftruncate(int fd, off_t length) {
    char whole[4096];
    if (of_fd(fd, whole)) change();
    return REAL(ftruncate)(fd, length);
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

static int refuse(void) {
    errno = EROFS;
    return -1;
}

static int open_in(int folder, const char *path, int flags, mode_t mode) {
    char whole[4096];
    struct stat found;
    const char *rel = below(folder, path, whole);
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    if (!rel || !writes) return REAL(openat)(folder, path, flags, mode);
    if (read_only) return refuse();
    int created = lstat(whole, &found) != 0;
    if (created || flags & O_TRUNC) change();
    pthread_mutex_lock(&lock);
    int fd = REAL(openat)(folder, path, flags, mode);
    int kept = errno;
    if (fd >= 0 && fstat(fd, &found) == 0 && S_ISREG(found.st_mode)) {
        struct file *file = enter(rel, &found, created);
        if (file && created && ordered) name_object(file->object, rel);
    }
    pthread_mutex_unlock(&lock);
    errno = kept;
    return fd;
}
#define MODE(flags, mode)                     \
    mode_t mode = 0;                          \
    if ((flags) & (O_CREAT | O_TMPFILE)) {    \
        va_list rest;                         \
        va_start(rest, flags);                \
        mode = va_arg(rest, mode_t);          \
        va_end(rest);                         \
    }
int open(const char *path, int flags, ...) { MODE(flags, mode) return open_in(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) return open_in(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags, mode) return open_in(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags, mode) return open_in(folder, path, flags, mode); }

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    char from_whole[4096], to_whole[4096], from_name[4096], to_name[4096];
    struct stat source, target;
    const char *from_rel = below(from_folder, from, from_whole), *to_rel = below(to_folder, to, to_whole);
    if (!from_rel || !to_rel) return REAL(renameat)(from_folder, from, to_folder, to);
    if (read_only) return refuse();
    change();
    pthread_mutex_lock(&lock);
    if (lstat(from_whole, &source) == 0) enter(from_rel, &source, 0);
    int replaces = lstat(to_whole, &target) == 0;
    int done = REAL(renameat)(from_folder, from, to_folder, to), kept = errno;
    if (done == 0 && replaces) forget(&target);
    if (done == 0 && shadow && ordered) {
        surviving(from_name, from_rel), surviving(to_name, to_rel);
        REAL(rename)(from_name, to_name);
    }
    pthread_mutex_unlock(&lock);
    errno = kept;
    return done;
}
int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int folder, const char *path, int flags) {
    char whole[4096], name[4096];
    struct stat found;
    const char *rel = below(folder, path, whole);
    if (!rel) return REAL(unlinkat)(folder, path, flags);
    if (read_only) return refuse();
    change();
    pthread_mutex_lock(&lock);
    int there = lstat(whole, &found) == 0;
    int done = REAL(unlinkat)(folder, path, flags), kept = errno;
    if (done == 0 && there && S_ISREG(found.st_mode)) forget(&found);
    if (done == 0 && shadow && ordered) {
        surviving(name, rel);
        REAL(unlinkat)(AT_FDCWD, name, flags);
    }
    pthread_mutex_unlock(&lock);
    errno = kept;
    return done;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode) {
    char whole[4096], name[4096];
    const char *rel = below(folder, path, whole);
    if (!rel) return REAL(mkdirat)(folder, path, mode);
    if (read_only) return refuse();
    change();
    int done = REAL(mkdirat)(folder, path, mode), kept = errno;
    if (done == 0 && shadow && ordered) {
        surviving(name, rel);
        REAL(mkdir)(name, 0700);
        names_of(name, rel, strlen(rel));
        REAL(mkdir)(name, 0700);
    }
    errno = kept;
    return done;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t at) {
    char whole[4096];
    if (fd >= 0 && flags & MAP_SHARED && protection & PROT_WRITE && of_fd(fd, whole)) {
        fprintf(stderr, "shim: %s is written through a mapping, which this check cannot see\n", whole);
        _exit(99);
    }
    return REAL(mmap)(address, length, protection, flags, fd, at);
}
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t at) {
    return mmap(address, length, protection, flags, fd, at);
}
