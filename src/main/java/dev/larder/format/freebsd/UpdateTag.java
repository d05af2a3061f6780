package dev.larder.format.freebsd;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a `latest.ssl` says once its signature is opened, by the rules of `fetch_tag` in
/// freebsd-update.sh: one line, `freebsd-update|amd64|14.1-RELEASE|5|<SHA-256>|1743379200`.
///
/// @param machine as uname -m says it
/// @param release without its patch level
/// @param patchLevel a client refuses a smaller one than it has seen
/// @param metadataIndex the name of the file in `t/`
record UpdateTag(String machine, String release, long patchLevel, String metadataIndex) {
  // The client does not look at what follows the time of the end of life.
  private static final Pattern FORM =
      Pattern.compile(
          "freebsd-update\\|([^|\\s]{1,64})\\|([^|\\s]{1,64})\\|([0-9]{1,18})\\|([0-9a-f]{64})"
              + "\\|[0-9]{10}[^\\n]*\\n");

  /// Reads the opened tag; null if a client would not take it.
  static @Nullable UpdateTag orNull(byte[] text) {
    Matcher matcher = FORM.matcher(new String(text, StandardCharsets.ISO_8859_1));
    return matcher.matches()
        ? new UpdateTag(
            matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3)), matcher.group(4))
        : null;
  }
}
