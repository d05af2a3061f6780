package dev.larder.mirror;

import dev.larder.format.Format;
import dev.larder.format.PathKind;
import dev.larder.store.RelPath;
import java.util.Map;

/// What a fill is to bring.
///
/// @param path where upstream has it
/// @param promise which bytes are right
/// @param aside the path means other bytes to most clients, so these are kept beside the tree
/// @param conditional validators of what we hold, as request headers; with them a fill may end with
///   [FillHead.NotModified]
/// @param maxSize the most bytes a client would take, or -1
/// @param checked whether the whole is looked at before its last bytes are let go
/// @param wholeUpTo files of up to so many bytes are let go only as a whole
/// @param mayBePage whether the path may really be an HTML page
record FillOrder(
    RelPath path,
    Promise promise,
    boolean aside,
    Map<String, String> conditional,
    long maxSize,
    boolean checked,
    long wholeUpTo,
    boolean mayBePage) {
  /// FreeBSD's phttpget gives up its whole list when the first answer of a connection ends short,
  /// so of what it fetches only large files may; it waits for fifteen seconds.
  private static final long WHOLE_FOR_PHTTPGET = 1 << 20;

  FillOrder {
    conditional = Map.copyOf(conditional);
  }

  /// The order for `path` of a mirror with this format.
  static FillOrder of(
      RelPath path,
      Promise promise,
      boolean aside,
      Map<String, String> conditional,
      Format format) {
    PathKind kind = format.kind(path);
    boolean tells =
        kind instanceof PathKind.Immutable
            || (kind instanceof PathKind.PackageFile(boolean immutable) && immutable);
    return new FillOrder(
        path,
        promise,
        aside,
        conditional,
        format.maxSize(path),
        promise.provable() || tells,
        kind instanceof PathKind.HashNamed || kind instanceof PathKind.Immutable
            ? WHOLE_FOR_PHTTPGET
            : Growth.WITHHELD,
        kind instanceof PathKind.Other);
  }

  /// Clients that want the same bytes share one fill.
  String key() {
    return path + "\n" + promise.key();
  }
}
