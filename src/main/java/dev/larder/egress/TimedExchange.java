package dev.larder.egress;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/// Cancels a request that has not come through this step of its execution in time.
final class TimedExchange implements ExecChainHandler {
  private final Watchdog watchdog;
  private final Duration limit;
  private final String what;

  /// @param what is missing when the time is over: `no response head`
  TimedExchange(Watchdog watchdog, Duration limit, String what) {
    this.watchdog = watchdog;
    this.limit = limit;
    this.what = what;
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    Cancellable original = (Cancellable) scope.originalRequest;
    Watchdog.Deadline deadline = watchdog.deadline(limit, original::cancel);
    try {
      ClassicHttpResponse response = chain.proceed(request, scope);
      if (deadline.disarm()) {
        return response;
      }
      response.close();
      throw late(scope, null);
    } catch (IOException | HttpException | RuntimeException e) {
      if (deadline.disarm()) {
        throw e;
      }
      throw late(scope, e);
    }
  }

  private SocketTimeoutException late(ExecChain.Scope scope, @Nullable Exception cause) {
    SocketTimeoutException late =
        new SocketTimeoutException(
            "%s from %s in %s s"
                .formatted(
                    what,
                    scope.route.getTargetHost().getHostName(),
                    limit.toMillis() % 1000 == 0 ? limit.toSeconds() : limit.toMillis() / 1000.0));
    late.initCause(cause);
    return late;
  }
}
