package dev.larder.backup;

import java.io.IOException;

/// A backup that cannot be used as it is. The message goes on after the file's name.
public final class DamagedBackup extends IOException {
  private static final long serialVersionUID = 1;

  DamagedBackup(String message) {
    super(message);
  }

  DamagedBackup(String message, Throwable cause) {
    super(message, cause);
  }
}
