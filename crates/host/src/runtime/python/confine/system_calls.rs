//! System calls, by seccomp: those that an interpreter needs which computes and talks over its streams.
//! All others fail with `EPERM`: no sockets, no other processes, no other users' business.

use std::collections::BTreeMap;
use std::io;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

/// Needed on every machine, whatever their arguments. `execve` runs the interpreter; behind it Landlock
/// says what may be run, and seccomp what that may do.
const ALLOWED: &[c_long] = &[
    libc::SYS_brk,
    libc::SYS_capget,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_clone3,
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_eventfd2,
    libc::SYS_execve,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fadvise64,
    libc::SYS_fchdir,
    libc::SYS_fcntl,
    libc::SYS_flock,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_futex,
    libc::SYS_getcpu,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getgroups,
    libc::SYS_getitimer,
    libc::SYS_getpgid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getrandom,
    libc::SYS_getresgid,
    libc::SYS_getresuid,
    libc::SYS_getrusage,
    libc::SYS_getsid,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_pselect6,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_setitimer,
    libc::SYS_sigaltstack,
    libc::SYS_statfs,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_times,
    libc::SYS_umask,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Older spellings, which only this machine has.
#[cfg(target_arch = "x86_64")]
const ALLOWED_HERE: &[c_long] = &[
    libc::SYS_access,
    libc::SYS_alarm,
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
    libc::SYS_epoll_create,
    libc::SYS_epoll_wait,
    libc::SYS_getpgrp,
    libc::SYS_getrlimit,
    libc::SYS_lstat,
    libc::SYS_open,
    libc::SYS_pause,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_select,
    libc::SYS_stat,
    libc::SYS_time,
];

#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_HERE: &[c_long] = &[];

/// `ioctl` asks what a stream is, and makes it close with `exec`; other requests steer terminals.
const IOCTL_REQUESTS: &[u64] =
    &[libc::TCGETS, libc::FIOCLEX, libc::FIONCLEX, libc::FIONBIO, libc::TIOCGWINSZ, libc::FIONREAD];

/// `prctl` names threads and memory.
const PRCTL_OPTIONS: &[u64] = &[
    libc::PR_SET_NAME as u64,
    libc::PR_GET_NAME as u64,
    libc::PR_SET_VMA as u64,
    libc::PR_CAPBSET_READ as u64,
];

/// From here on, for all threads of this process and what it runs.
pub(super) fn filter() -> io::Result<()> {
    let refused = |error: seccompiler::Error| io::Error::other(error.to_string());
    // Behind the list nothing more can be filtered: it comes last.
    for program in [not_there()?, allowed()?] {
        seccompiler::apply_filter(&program).map_err(refused)?;
    }
    Ok(())
}

fn allowed() -> io::Result<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        ALLOWED.iter().chain(ALLOWED_HERE).map(|&number| (number, Vec::new())).collect();
    // Threads, and no processes.
    let thread = libc::CLONE_THREAD as u64;
    let is_thread = SeccompCmpOp::MaskedEq(thread);
    rules.insert(libc::SYS_clone, vec![rule(0, is_thread, thread)?]);
    let one_of = |values: &[u64], place| -> io::Result<Vec<SeccompRule>> {
        values.iter().map(|&value| rule(place, SeccompCmpOp::Eq, value)).collect()
    };
    rules.insert(libc::SYS_ioctl, one_of(IOCTL_REQUESTS, 1)?);
    rules.insert(libc::SYS_prctl, one_of(PRCTL_OPTIONS, 0)?);
    // Reading limits, and none of another process; nothing may be set.
    let nothing_set = condition(2, SeccompCmpOp::Eq, 0)?;
    let its_own = condition(0, SeccompCmpOp::Eq, 0)?;
    let reading = SeccompRule::new(vec![its_own, nothing_set]).map_err(io::Error::other)?;
    rules.insert(libc::SYS_prlimit64, vec![reading]);
    compile(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)
}

/// The C library starts threads by an older call where this one isn't there; its arguments lie where a
/// filter can't read them.
fn not_there() -> io::Result<BpfProgram> {
    let rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    compile(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32))
}

fn condition(place: u8, operator: SeccompCmpOp, value: u64) -> io::Result<SeccompCondition> {
    SeccompCondition::new(place, SeccompCmpArgLen::Qword, operator, value).map_err(io::Error::other)
}

fn rule(place: u8, operator: SeccompCmpOp, value: u64) -> io::Result<SeccompRule> {
    SeccompRule::new(vec![condition(place, operator, value)?]).map_err(io::Error::other)
}

fn compile(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> io::Result<BpfProgram> {
    let machine = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let filter =
        SeccompFilter::new(rules, otherwise, matched, machine).map_err(io::Error::other)?;
    filter.try_into().map_err(|error: seccompiler::BackendError| io::Error::other(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_listed_once_and_the_filters_fit_the_machine() {
        let mut all: Vec<c_long> = ALLOWED.iter().chain(ALLOWED_HERE).copied().collect();
        all.sort_unstable();
        let n_listed = all.len();
        all.dedup();
        assert_eq!(all.len(), n_listed);
        for never in [libc::SYS_socket, libc::SYS_ptrace, libc::SYS_kill, libc::SYS_unshare] {
            assert!(!all.contains(&never), "{never}");
        }
        // The kernel takes 4,096 instructions.
        for program in [not_there().unwrap(), allowed().unwrap()] {
            assert!((1..4_096).contains(&program.len()));
        }
    }
}
