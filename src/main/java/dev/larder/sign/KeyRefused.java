package dev.larder.sign;

import java.io.IOException;

/// What is asked of the key store cannot be done. The message never has a part of a secret in it.
public final class KeyRefused extends IOException {
  private static final long serialVersionUID = 1L;

  /// What kind of refusal it is.
  public enum Reason {
    /// There is no key of that name.
    UNKNOWN,
    /// It contradicts what is there: a name that is taken, a key that is in use or not rotating.
    CONFLICT,
    /// A name, a user ID or a time that cannot be.
    BAD_REQUEST,
    /// The key is damaged, weak, expired, revoked, of the wrong kind, or its password is wrong.
    UNFIT,
    /// The key is protected by a password, and none was given.
    LOCKED
  }

  private final Reason reason;
  private final String advice;

  /// A refusal.
  ///
  /// @param sentence what is wrong, without a full stop
  /// @param advice what to do about it
  KeyRefused(Reason reason, String sentence, String advice) {
    super(sentence);
    this.reason = reason;
    this.advice = advice;
  }

  static KeyRefused unfit(String sentence, String advice) {
    return new KeyRefused(Reason.UNFIT, sentence, advice);
  }

  static KeyRefused locked() {
    return new KeyRefused(
        Reason.LOCKED,
        "the key is protected by a password",
        "give it with --password-file, or run larder key import on a terminal");
  }

  static KeyRefused conflict(String sentence, String advice) {
    return new KeyRefused(Reason.CONFLICT, sentence, advice);
  }

  static KeyRefused bad(String sentence, String advice) {
    return new KeyRefused(Reason.BAD_REQUEST, sentence, advice);
  }

  /// What kind of refusal it is.
  public Reason reason() {
    return reason;
  }

  /// What is wrong, without what to do.
  public String sentence() {
    return String.valueOf(super.getMessage());
  }

  /// What to do about it.
  public String advice() {
    return advice;
  }

  /// Both.
  @Override
  public String getMessage() {
    return sentence() + "; " + advice;
  }
}
