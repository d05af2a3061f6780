package dev.larder.egress;

import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.Timeout;

/// Sends requests only over connections on which nothing waits to be read.
///
/// A server that stated too small a Content-Length has left the rest of that body on the line. It
/// would be taken for the answer to our next request, which is for another file.
final class QuietConnections extends HttpRequestExecutor {
  private static final Timeout AT_ONCE = Timeout.ofMilliseconds(1);

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request,
      HttpClientConnection connection,
      HttpResponseInformationCallback informationCallback,
      HttpContext context)
      throws IOException, HttpException {
    boolean used = connection.getEndpointDetails().getRequestCount() > 0;
    if (used && connection.isDataAvailable(AT_ONCE)) {
      throw new IOException("the server sent more than its last response");
    }
    return super.execute(request, connection, informationCallback, context);
  }
}
