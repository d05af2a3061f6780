package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.wire.MirrorInfo;
import java.util.Locale;

/// One word for how a mirror or a root stands; from bad to good.
enum MirrorState {
  /// Upstream offers an index that is not served.
  REFUSED(Tone.BAD),
  /// The last refresh failed; what is held is served.
  FAILING(Tone.BAD),
  /// It works, but not with every upstream.
  DEGRADED(Tone.WARNING),
  /// Everything is as it should be.
  OK(Tone.GOOD),
  /// Nobody has asked for an index yet.
  IDLE(Tone.FAINT);

  private final Tone tone;

  MirrorState(Tone tone) {
    this.tone = tone;
  }

  static MirrorState of(MirrorInfo.Root root) {
    if (root.refusal() != null) {
      return REFUSED;
    }
    if (root.lastError() != null) {
      return FAILING;
    }
    return root.generation() == 0 ? IDLE : OK;
  }

  static MirrorState of(MirrorInfo mirror) {
    MirrorState worst = IDLE;
    for (MirrorInfo.Root root : mirror.roots()) {
      MirrorState state = of(root);
      worst = state.compareTo(worst) < 0 ? state : worst;
    }
    boolean backingOff =
        mirror.upstreams().stream().anyMatch(upstream -> upstream.state().equals("backing off"));
    return backingOff && worst.compareTo(DEGRADED) > 0 ? DEGRADED : worst;
  }

  Cell cell() {
    return new Cell(toString(), tone);
  }

  Tone tone() {
    return tone;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
