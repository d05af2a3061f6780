package dev.larder.repo;

import java.io.IOException;
import java.util.List;

/// A change was not made, none of it. The message says why in sentences for whoever wanted it.
public final class Refused extends IOException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient List<String> faults;

  /// Why a change is refused.
  public enum Reason {
    /// What is to be added cannot be: it is not for this repository.
    UNFIT,
    /// It contradicts what is there; another request, or another option, may do.
    CONFLICT,
    /// Something that was named is not there.
    MISSING
  }

  /// @param faults at least one sentence, one for each package that is at fault
  Refused(Reason reason, List<String> faults) {
    super(String.join("; ", faults));
    this.reason = reason;
    this.faults = List.copyOf(faults);
  }

  /// What kind of fault it is.
  public Reason reason() {
    return reason;
  }

  /// A sentence for each package at fault.
  public List<String> faults() {
    return faults;
  }
}
