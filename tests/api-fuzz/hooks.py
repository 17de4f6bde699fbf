"""What the fuzzer cannot send by itself: a document is any bytes under the media type that the description names."""

import schemathesis


@schemathesis.serializer("application/pdf")
def document(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
