"""Free text: comments, the coding frame, people's codes and the machine's, and how often each theme is spoken of."""
