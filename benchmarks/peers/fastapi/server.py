"""A plain mailbox on FastAPI and SQLAlchemy:  python3 server.py PORT DATABASE

DATABASE: sqlite:FILE or a postgres:// URL.  BCRYPT_ROUNDS (4).  Debian: python3-fastapi python3-uvicorn python3-sqlalchemy python3-bcrypt
python3-jwt python3-psycopg2 (python3-uvloop and python3-httptools are used when they are there).
"""
import os
import sys
from datetime import datetime, timedelta, timezone
from typing import List, Optional

import bcrypt
import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Index, Integer, String, Text, create_engine, event
from sqlalchemy.orm import Session, declarative_base, sessionmaker

PORT, DATABASE = int(sys.argv[1]), sys.argv[2]
ROUNDS = int(os.environ.get("BCRYPT_ROUNDS", "4"))
SECRET = "a secret of the benchmark, 32 bytes or more"

if DATABASE.startswith("sqlite:"):
    engine = create_engine("sqlite:///" + DATABASE[len("sqlite:"):], connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def durable(connection, _):
        # As the server beside it: write-ahead log, synced at each commit.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA busy_timeout = 10000")
else:
    engine = create_engine(DATABASE.replace("postgres://", "postgresql+psycopg2://", 1), pool_size=10, max_overflow=10)

SessionLocal = sessionmaker(bind=engine, autoflush=False)
Base = declarative_base()
Key = BigInteger().with_variant(Integer, "sqlite")


def now():
    return datetime.now(timezone.utc)


class User(Base):
    __tablename__ = "users"
    id = Column(Key, primary_key=True)
    username = Column(String(50), nullable=False, unique=True)
    email = Column(String(255), nullable=False, unique=True)
    full_name = Column(String(100))
    password_hash = Column(String(100), nullable=False)
    is_active = Column(Boolean, nullable=False, default=True)
    is_superuser = Column(Boolean, nullable=False, default=False)
    created_at = Column(DateTime(timezone=True), nullable=False, default=now)


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (Index("messages_received", "recipient_id", "id"), Index("messages_unread", "recipient_id", "is_read"))
    id = Column(Key, primary_key=True)
    sender_id = Column(Key, ForeignKey("users.id"), nullable=False)
    recipient_id = Column(Key, ForeignKey("users.id"), nullable=False)
    content = Column(Text, nullable=False)
    is_read = Column(Boolean, nullable=False, default=False)
    conversation_id = Column(String(100), nullable=False)
    parent_id = Column(Key)
    created_at = Column(DateTime(timezone=True), nullable=False, default=now)
    updated_at = Column(DateTime(timezone=True), nullable=False, default=now)


class Account(BaseModel):
    id: int
    username: str
    email: str
    full_name: Optional[str]
    is_active: bool
    is_superuser: bool
    created_at: datetime

    class Config:
        orm_mode = True


class SignedIn(Account):
    access_token: str
    token_type: str = "bearer"


class MessageOut(BaseModel):
    id: int
    sender_id: int
    recipient_id: int
    content: str
    is_read: bool
    conversation_id: str
    parent_id: Optional[int]
    created_at: datetime
    updated_at: datetime

    class Config:
        orm_mode = True


class Registration(BaseModel):
    username: str
    email: str
    password: str


class LogIn(BaseModel):
    username: str
    password: str


class NewMessage(BaseModel):
    recipient_id: int
    content: str = Field(max_length=10000)


app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="/auth/token")


def database():
    session = SessionLocal()
    try:
        yield session
    finally:
        session.close()


def caller(token: str = Depends(bearer), db: Session = Depends(database)) -> User:
    """The account is read for every request, so that a disabled one is out at once."""
    try:
        id = int(jwt.decode(token, SECRET, algorithms=["HS256"])["sub"])
    except jwt.PyJWTError:
        raise HTTPException(401, "Could not validate credentials")
    user = db.get(User, id)
    if user is None or not user.is_active:
        raise HTTPException(401, "Could not validate credentials")
    return user


def signed_in(user: User) -> SignedIn:
    token = jwt.encode({"sub": str(user.id), "exp": now() + timedelta(hours=1)}, SECRET, algorithm="HS256")
    return SignedIn(**Account.from_orm(user).dict(), access_token=token)


@app.post("/auth/register", status_code=201, response_model=SignedIn)
def register(body: Registration, db: Session = Depends(database)):
    user = User(username=body.username, email=body.email, password_hash=bcrypt.hashpw(body.password.encode(), bcrypt.gensalt(ROUNDS)).decode())
    db.add(user)
    db.commit()
    return signed_in(user)


@app.post("/auth/login", response_model=SignedIn)
def log_in(body: LogIn, db: Session = Depends(database)):
    user = db.query(User).filter(User.username == body.username).first()
    if user is None or not bcrypt.checkpw(body.password.encode(), user.password_hash.encode()):
        raise HTTPException(401, "Incorrect username or password")
    return signed_in(user)


@app.get("/auth/me", response_model=Account)
def me(user: User = Depends(caller)):
    return user


@app.post("/messages", status_code=201, response_model=MessageOut)
def send(body: NewMessage, user: User = Depends(caller), db: Session = Depends(database)):
    if db.get(User, body.recipient_id) is None:
        raise HTTPException(404, "Recipient not found")
    low, high = sorted((user.id, body.recipient_id))
    message = Message(sender_id=user.id, recipient_id=body.recipient_id, content=body.content, conversation_id=f"conv_{low}_{high}")
    db.add(message)
    db.commit()
    db.refresh(message)
    return message


@app.get("/messages/received", response_model=List[MessageOut])
def received(skip: int = Query(0, ge=0), limit: int = Query(50, ge=1, le=100), user: User = Depends(caller), db: Session = Depends(database)):
    latest = db.query(Message).filter(Message.recipient_id == user.id).order_by(Message.id.desc()).offset(skip).limit(limit).all()
    return list(reversed(latest))


@app.get("/messages/unread/count")
def unread(user: User = Depends(caller), db: Session = Depends(database)):
    return {"unread_count": db.query(Message).filter(Message.recipient_id == user.id, Message.is_read.is_(False)).count()}


@app.get("/health")
def health():
    return {"status": "ok"}


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning", access_log=False)
