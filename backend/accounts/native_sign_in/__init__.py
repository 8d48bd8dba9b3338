"""Native Sign in with Apple and Google: the app has an identity token, and we check every word of it."""
