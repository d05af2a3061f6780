package dev.larder;

/// Entry point: turns arguments into an exit code and does nothing else.
public final class Main {
  private Main() {}

  /// Runs the command named by `args`.
  public static void main(String[] args) {
    System.out.println("larder");
  }
}
